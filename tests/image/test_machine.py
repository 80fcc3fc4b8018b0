"""What the build is told of this machine: pip's settings and certificates, without local folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.image.machine import machine_files

CONFIGURATION = """
[global]
index-url = https://index.example/simple
extra-index-url = file:///srv/packages https://more.example/simple
find-links = /srv/wheels
trusted-host = index.example
"""


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip reads one configuration file of the test's, and no settings of this machine's."""
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_TIMEOUT", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PIP_DEFAULT_TIMEOUT", raising=False)
    file = tmp_path / "pip.conf"
    file.write_text(CONFIGURATION)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))


def pip_conf() -> list[str]:
    return machine_files()["machine/pip.conf"].decode().splitlines()


def test_indexes_are_carried_but_local_folders_are_not() -> None:
    lines = pip_conf()
    assert lines[0] == "[global]"
    assert "index-url = https://index.example/simple" in lines
    assert "extra-index-url = https://more.example/simple" in lines
    assert "trusted-host = index.example" in lines
    assert not any("/srv" in line for line in lines)


def test_an_environment_variable_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert "index-url = https://other.example/simple" in pip_conf()


def test_the_certificates_that_pip_trusts_are_carried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "institute.pem"
    bundle.write_bytes(b"a certificate")
    monkeypatch.setenv("PIP_CERT", str(bundle))
    assert machine_files()["machine/ca.pem"] == b"a certificate"
    assert "cert = /machine/ca.pem" in pip_conf()
