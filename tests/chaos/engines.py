"""A container engine of the tests' own, which may be killed: never the machine's."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import docker
import docker.errors

START_SECONDS = 300


class Engine:
    """`dockerd` with folders and a socket of its own, next to the machine's engine."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="engine-"))  # short: a socket's path has 108 characters
        self.address = f"unix://{self.folder}/socket"
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again where it gives up on what a kill has left, and wait until it answers."""
        places = {"data-root": "data", "exec-root": "exec", "pidfile": "pid"}
        command = ["dockerd", "--host", self.address, "--iptables=false", "--bridge=none"]
        command += [f"--{option}={self.folder / name}" for option, name in places.items()]
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, self.log()
            if self._daemon is None or self._daemon.poll() is not None:
                with (self.folder / "log").open("ab") as log:
                    self._daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            time.sleep(0.1)

    def kill(self) -> None:
        """End it without a word, as a crash or the kernel would."""
        assert self._daemon is not None
        self._daemon.kill()
        self._daemon.wait()

    def load(self, image: str) -> None:
        """Copy an image of the machine's engine."""
        save = subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE)
        load = ["docker", "--host", self.address, "load", "--quiet"]
        subprocess.run(load, stdin=save.stdout, check=True, stdout=subprocess.DEVNULL)
        assert save.wait() == 0

    def client(self) -> docker.DockerClient:
        return docker.DockerClient(base_url=self.address, timeout=60)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def remove(self) -> None:
        """End it, and remove all that it had."""
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(60)
        mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for place in sorted((each for each in mounted if each.startswith(str(self.folder))), reverse=True):
            subprocess.run(["umount", "--lazy", place], check=False)
        shutil.rmtree(self.folder)

    def _answers(self) -> bool:
        with contextlib.suppress(docker.errors.DockerException, OSError):
            return bool(self.client().ping())
        return False
