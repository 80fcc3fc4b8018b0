"""Slots: warm, replaced when they cannot be proven clean, clear on what they lack, gone with their grader."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asking import SLACK, run, value, within
from providers import DOCKER, EVERY, LIMITS, PRELOAD

from autograder.errors import SandboxError, SandboxUnavailableError
from autograder.image import ImageInfo
from autograder.sandbox import PROVIDERS, Lost, Slot, SlotSpec, WorkerLostError, best_available, provider
from autograder.sandbox.docker import ContainerConnection, DockerSandbox, client, container_options
from autograder.sandbox.process import ChildConnection, ProcessSandbox


class TestWarmth:
    def test_the_second_submission_does_not_import_again(self, slot: Slot) -> None:
        run(slot, "import numpy, matplotlib.pyplot")
        slot.stop()
        worker = slot._connection
        with within(1):
            run(slot, "import numpy, matplotlib.pyplot as plt; plt.plot([1, 2])")
        assert slot._connection is worker

    def test_what_is_preloaded_is_there_before_any_cell_runs(self, slot: Slot) -> None:
        run(slot, "import sys; there = [name in sys.modules for name in ('numpy', 'matplotlib.pyplot')]")
        assert value(slot, "there") == [True, True]

    def test_a_slot_knows_what_it_runs(self, slot: Slot) -> None:
        run(slot, "import platform, numpy; python, version = platform.python_version(), numpy.__version__")
        assert slot.python == value(slot, "python")
        assert slot.packages["numpy"] == value(slot, "version")
        assert (slot.image is not None) == (slot.sandbox.name == "docker")

    def test_a_notebook_starts_from_nothing_each_time(self, slot: Slot) -> None:
        change = (
            "import numpy as np, sys, builtins\nnp.pi = 3\nsys.path.clear()\nbuiltins.print = None\nleft = 1"
        )
        run(slot, change)
        look = (
            "import numpy as np, sys\n"
            "fresh = np.pi > 3.1 and len(sys.path) > 1 and 'left' not in globals()\nprint()"
        )
        ran = run(slot, look)
        assert ran.cells[0]["ok"] and value(slot, "fresh") is True


class TestReplacement:
    @pytest.fixture
    def own_slot(self, slot: Slot) -> Iterator[Slot]:
        """A slot that a test may break, soon started."""
        with Slot(slot.sandbox, replace(slot.spec, preload=("numpy",))) as own:
            yield own

    def test_a_worker_that_is_killed_from_outside_is_replaced(self, own_slot: Slot) -> None:
        run(own_slot, "x = 1")
        _kill_worker(own_slot)
        with pytest.raises(WorkerLostError, match="worker was lost"):
            own_slot.run(["x = 2"], {}, seed=1)
        run(own_slot, "x = 3")
        assert value(own_slot, "x") == 3

    def test_a_question_to_a_dead_worker_is_not_the_submissions_loss(self, own_slot: Slot) -> None:
        run(own_slot, "x = 1")
        _kill_worker(own_slot)
        with pytest.raises(WorkerLostError, match="worker was lost"):
            own_slot.ask(b"\xc0", 1)

    def test_stopping_a_submission_whose_worker_is_gone_is_no_failure(self, own_slot: Slot) -> None:
        run(own_slot, "x = 1")
        _kill_worker(own_slot)
        own_slot.stop()
        own_slot.prove()

    def test_a_submission_that_cannot_be_wiped_takes_its_worker_with_it(self, own_slot: Slot) -> None:
        """Folders nested deeper than Python can walk cannot be removed; a namespace just ends."""
        run(own_slot, "x = 1")
        worker = own_slot._connection
        nest = "import os\nfor _ in range(2000):\n    os.mkdir('d'); os.chdir('d')"
        own_slot.run([nest], {}, seed=1)
        own_slot.stop()
        run(own_slot, "import os; names = os.listdir('.')")
        assert value(own_slot, "names") == []
        assert (own_slot._connection is worker) == _wipes_by_ending(own_slot)

    def test_closing_twice_and_asking_afterwards_is_fine(self, own_slot: Slot) -> None:
        run(own_slot, "x = 1")
        own_slot.close()
        own_slot.close()
        own_slot.stop()
        assert own_slot.ask(b"\xc0", 1) == Lost("died")

    def test_closing_ends_the_worker_while_a_notebook_is_stuck(self, own_slot: Slot) -> None:
        run(
            own_slot,
            "import threading\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()",
        )
        with within(3):
            own_slot.close()


class TestWhatLiesBelowSystemFolders:
    @pytest.mark.parametrize("name", ["bubblewrap", "bubblewrap as an ordinary user"])
    def test_a_hidden_folder_below_them_is_empty_for_a_submission(
        self, name: str, slots: Callable[[str], Slot]
    ) -> None:
        """A course may lie below /usr, which is bound for its programs."""
        slot, folder = slots(name), Path("/usr/share/doc")
        look = (
            "import os\ntry:\n    seen = os.listdir('/usr/share/doc')\nexcept PermissionError:\n    seen = []"
        )
        run(slot, look)
        assert set(value(slot, "seen")) == {path.name for path in folder.iterdir()} != set()
        with Slot(slot.sandbox, replace(slot.spec, hidden=(folder,))) as covered:
            run(covered, look)
            assert value(covered, "seen") == []


class TestRefusals:
    @pytest.mark.parametrize("name", EVERY)
    def test_a_package_that_is_not_there_is_named(self, name: str, slots: Callable[[str], Slot]) -> None:
        slot = slots(name)
        spec = replace(slot.spec, preload=("numpy", "no_such_package"))
        with pytest.raises(
            SandboxError, match=r"cannot import 'no_such_package': ModuleNotFoundError"
        ) as error:
            Slot(slot.sandbox, spec).warm_up()
        assert "preload" in str(error.value.remedy)

    def test_a_sandbox_that_does_not_exist(self) -> None:
        with pytest.raises(SandboxUnavailableError, match="no sandbox 'jail'") as error:
            provider("jail")
        assert all(name in str(error.value.remedy) for name in PROVIDERS)

    @pytest.mark.docker
    def test_an_image_that_does_not_exist_is_named_with_the_remedy(self, grading_image: ImageInfo) -> None:
        spec = SlotSpec(image="no-such-image:cpu")
        for attempt in (DockerSandbox().identity, DockerSandbox().open):
            with pytest.raises(SandboxUnavailableError, match="no image 'no-such-image:cpu'") as error:
                attempt(spec)
            assert error.value.remedy == "Build it with `autograder image`."

    def test_a_worker_that_does_not_start_says_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Broken(ProcessSandbox):
            def open(self, spec: SlotSpec) -> ChildConnection:
                return ChildConnection([sys.executable, "-c", "raise SystemExit('no worker here')"], {}, None)

        with pytest.raises(SandboxError, match=r"did not start.*\n.*no worker here"):
            Slot(Broken(), SlotSpec()).warm_up()


class TestIdentity:
    @pytest.mark.docker
    def test_docker_gives_the_images_id(self, grading_image: ImageInfo) -> None:
        identity = DockerSandbox().identity(SlotSpec(image=grading_image.name))
        assert identity == client().images.get(grading_image.name).id
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", identity)

    def test_local_sandboxes_give_the_installed_packages(self) -> None:
        identities = {PROVIDERS[name]().identity(SlotSpec()) for name in ("process", "bubblewrap")}
        (identity,) = identities
        assert re.fullmatch(r"local:[0-9a-f]{16}", identity)

    def test_only_the_process_sandbox_claims_no_isolation(self) -> None:
        assert {name for name, kind in PROVIDERS.items() if "isolation" not in kind.claims} == {"process"}
        assert all("limits" in kind.claims for kind in PROVIDERS.values())

    @pytest.mark.docker
    def test_the_best_sandbox_is_an_engine_with_the_image(self, grading_image: ImageInfo) -> None:
        assert best_available(grading_image.name).name == "docker"
        assert best_available("no-such-image:cpu").name != "docker"


class TestWhatTheEngineIsAskedFor:
    OPTIONS = container_options(SlotSpec(PRELOAD, LIMITS, image="course:cpu"))

    def test_no_network_no_writing_no_privileges(self) -> None:
        assert self.OPTIONS["network_mode"] == "none"
        assert self.OPTIONS["ipc_mode"] == "private"
        assert self.OPTIONS["read_only"] is True
        assert self.OPTIONS["cap_drop"] == ["ALL"]
        assert set(self.OPTIONS["cap_add"]) <= {"SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE"}
        assert self.OPTIONS["security_opt"] == ["no-new-privileges"]
        assert not {"volumes", "mounts", "devices", "privileged", "pid_mode", "userns_mode"} & set(
            self.OPTIONS
        )

    def test_limits_on_memory_processes_and_disk(self) -> None:
        assert self.OPTIONS["mem_limit"] == self.OPTIONS["memswap_limit"]
        assert LIMITS.memory_mb < int(self.OPTIONS["mem_limit"].removesuffix("m")) < LIMITS.memory_mb + 4096
        assert LIMITS.processes < self.OPTIONS["pids_limit"] < 2000
        assert self.OPTIONS["shm_size"] == f"{LIMITS.disk_mb}m"
        for folder in ("/scratch", "/tmp"):
            assert f"size={LIMITS.disk_mb}m" in self.OPTIONS["tmpfs"][folder]

    def test_a_gpu_only_when_asked_for(self) -> None:
        assert "device_requests" not in self.OPTIONS
        (request,) = container_options(SlotSpec(gpu=True))["device_requests"]
        assert (request["Count"], request["Capabilities"]) == (1, [["gpu"]])

    def test_one_gpu_by_its_id(self) -> None:
        options = container_options(SlotSpec(gpu=True, gpu_device="GPU-1234"))
        (request,) = options["device_requests"]
        assert (request["DeviceIDs"], request["Count"], request["Capabilities"]) == (
            ["GPU-1234"],
            0,
            [["gpu"]],
        )
        assert options["environment"]["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"

    @pytest.mark.docker
    def test_the_engine_does_what_it_is_asked(self, slots: Callable[[str], Slot]) -> None:
        connection = slots("docker")._connection
        assert isinstance(connection, ContainerConnection)
        connection._container.reload()
        host = connection._container.attrs["HostConfig"]
        assert (host["NetworkMode"], host["ReadonlyRootfs"], host["CapDrop"]) == ("none", True, ["ALL"])
        assert host["Binds"] is None and connection._container.attrs["Mounts"] == []
        assert host["Memory"] == host["MemorySwap"] > 0 and host["PidsLimit"] > 0


@pytest.mark.parametrize("name", [DOCKER, "bubblewrap", "process"])
def test_a_grader_that_is_killed_leaves_no_worker_behind(name: str, slots: Callable[[str], Slot]) -> None:
    """Even while a notebook runs: the worker ends when nobody holds the other end of its connection."""
    image = slots(name).spec.image
    program = (
        "from autograder.sandbox import *\n"
        f"slot = Slot(provider({name!r}), SlotSpec(image={image!r})); slot.warm_up()\n"
        "connection = slot._connection\n"
        "is_container = hasattr(connection, '_container')\n"
        "print(connection._container.id if is_container else connection._process.pid, flush=True)\n"
        "slot.run(['import time; time.sleep(50)'], {}, seed=1)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        worker = grader.stdout.readline().strip()
        is_running = _container_runs if name == "docker" else _process_runs
        assert is_running(worker)
        grader.kill()
    with within(5):
        while is_running(worker):
            time.sleep(0.02)


def _container_runs(identifier: str) -> bool:
    return identifier in {container.id for container in client().containers.list(ignore_removed=True)}


def _process_runs(process: str) -> bool:
    try:
        return b") Z " not in Path("/proc", process, "stat").read_bytes()
    except OSError:
        return False


def _kill_worker(slot: Slot) -> None:
    connection = slot._connection
    if isinstance(connection, ContainerConnection):
        connection._container.kill()
    else:
        assert isinstance(connection, ChildConnection)
        os.killpg(connection._process.pid, signal.SIGKILL)
        assert select.select([connection._reader], [], [], SLACK)[0], "the worker lives on"


def _wipes_by_ending(slot: Slot) -> bool:
    """Whether a submission's files are in mounts of its own, which end with it."""
    return slot.sandbox.name == "bubblewrap" and (
        os.geteuid() != 0 or type(slot.sandbox).__name__ != "BubblewrapSandbox"
    )
