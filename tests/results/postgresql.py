"""A PostgreSQL server for tests alone: in a temporary folder, run by an ordinary user, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

PROGRAMS = ("initdb", "postgres", "createdb")
FOLDERS = ("/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt")
START_SECONDS = 120
USER = "grader"
UNPRIVILEGED = ("postgres", "nobody")


def why_missing() -> str | None:
    """Say why no server can be started here, or None when one can."""
    missing = [name for name in PROGRAMS if program(name) is None]
    return f"there is no {', '.join(missing)} (Debian's package postgresql)" if missing else None


def program(name: str) -> str | None:
    """The newest of PostgreSQL's programs of that name; Debian keeps servers off the path."""
    found = [path for folder in FOLDERS for path in Path(folder).glob(f"*/bin/{name}")]
    newest = max(found, key=lambda path: _version(path.parents[1].name), default=None)
    return str(newest) if newest else shutil.which(name)


class Server:
    """Start it as a context manager. It listens on a socket in its folder, and nowhere else."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
        self._account = _unprivileged() if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        if self._account is not None:  # the server refuses to be run by root
            os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)

    def __enter__(self) -> Self:
        self._run("initdb", "--pgdata", self._data, "--auth", "trust", "--username", USER, "--no-sync")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def new_database(self, name: str, like: str = "template1") -> str:
        """Make a database, empty or a copy of another; returns its URL."""
        self._run("createdb", "--host", self._folder, "--username", USER, "--template", like, name)
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}:secret@/{name}?host={self._folder}"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        command = [program("postgres"), "-D", self._data, "-k", self._folder, "-c", "listen_addresses="]
        log = (self._folder / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [*map(str, command), "-c", "fsync=off"], stdout=log, stderr=log, **self._as_user()
            )
        deadline = time.monotonic() + START_SECONDS
        while "ready" not in self._status():
            assert self._process.poll() is None and time.monotonic() < deadline, self._log()
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop at once: open connections are cut, transactions that are not committed are undone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(START_SECONDS)
            self._process = None

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _status(self) -> str:
        file = self._data / "postmaster.pid"
        return file.read_text().splitlines()[-1].strip() if file.exists() and file.stat().st_size else ""

    def _run(self, name: str, *arguments: object) -> None:
        command = [str(program(name)), *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, **self._as_user())
        assert result.returncode == 0, result.stderr

    def _as_user(self) -> dict[str, object]:
        options: dict[str, object] = {"cwd": self._folder, "env": {"PATH": os.defpath, "LANG": "C.UTF-8"}}
        if self._account is not None:
            options |= {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        return options

    def _log(self) -> str:
        return (self._folder / "server.log").read_text(errors="replace")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("@")[-1].split(".") if part.isdigit())


def _unprivileged() -> pwd.struct_passwd:
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError(f"none of the users {', '.join(UNPRIVILEGED)} exists")
