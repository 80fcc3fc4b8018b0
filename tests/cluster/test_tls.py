"""A cluster with TLS, set up as docs/scaling.md says: who has no certificate is not let in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import dask.config
import pytest
from dask_cluster import DaskCluster
from lessons import RIGHT, Lesson, run

from autograder.cluster.grader import connect
from autograder.errors import ClusterError

DAYS = ("-days", "2")


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, str]:
    """Dask's settings for an authority and one certificate signed by it."""

    def openssl(*arguments: object) -> None:
        command = ["openssl", *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)

    new_key = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new_key, *DAYS, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=grading")
    openssl("req", *new_key, "-keyout", "me.key", "-out", "me.csr", "-subj", "/CN=me")
    authority = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    openssl("x509", "-req", "-in", "me.csr", *authority, *DAYS, "-out", "me.pem")
    start = "DASK_DISTRIBUTED__COMM__TLS__"
    settings = {f"{start}CA_FILE": "ca.pem"}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        settings |= {f"{start}{role}__CERT": "me.pem", f"{start}{role}__KEY": "me.key"}
    files = {name: str(tmp_path / file) for name, file in settings.items()}
    return {**files, "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}


@pytest.mark.slow
def test_a_cluster_with_tls_grades_for_who_has_a_certificate_and_for_nobody_else(
    certificates: dict[str, str], lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson.hand_in("ada", RIGHT)
    with monkeypatch.context() as patch:
        for name, value in certificates.items():
            patch.setenv(name, value)
        dask.config.refresh()
        with DaskCluster(tmp_path, "--protocol", "tls") as cluster:
            assert cluster.address.startswith("tls://")
            cluster.add_worker("--nthreads", "1", "--resources", "SLOT=1")
            cluster.wait_for_workers(1)
            graded = run(lesson.command("out", "--scheduler", cluster.address))
            assert graded.returncode == 0, graded.stderr
            assert "neither encrypted" not in graded.stderr
            assert lesson.reports("out")["ada"]["score"] == 3
            for name in certificates:
                patch.delenv(name)
            dask.config.refresh()
            for address in (cluster.address, cluster.address.replace("tls", "tcp")):
                with pytest.raises(ClusterError, match="no Dask scheduler answers"), connect(address):
                    pass
