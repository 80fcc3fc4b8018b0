"""Slots on GPUs: what the engine is asked for, what a submission is told, and when a slot is thrown away.

No GPU is needed: the driver's answers are given, everything else is real.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.course import Limits
from autograder.errors import SandboxUnavailableError
from autograder.lanes import Plan
from autograder.sandbox import Ran, Sandbox, Slot, SlotSpec, gpu, provider
from autograder.sandbox.docker import container_options
from autograder.sandbox.gpu import GpuMemory, devices_here, share_mb
from autograder.worker.gpu import limit_memory

PATIENT = Limits(run_seconds=120, call_seconds=60, total_seconds=300)
TWO_GPUS = {
    "--query-gpu=index": [("0",), ("1",)],
    "--query-gpu=index,uuid,memory.total": [("0", "GPU-a", "81920"), ("1", "GPU-b", "24576")],
}
IN_EVERY_SANDBOX = ("full", "null", "ptmx", "random", "tty", "urandom", "zero")
PRINT = """
import os
for name in ("CUDA_VISIBLE_DEVICES", "TF_FORCE_GPU_ALLOW_GROWTH", "XLA_PYTHON_CLIENT_MEM_FRACTION"):
    print(name, os.environ.get(name))
print("others", [name for name in os.environ if name.startswith("AUTOGRADER")])
"""


class Driver:
    """Answers as `nvidia-smi` does for one GPU: what is used of it, and what running processes hold."""

    def __init__(self, *used: str, held: str = "0") -> None:
        self._used, self._held = list(used), held

    def __call__(self, what: str) -> list[tuple[str, ...]]:
        if what.startswith("--query-gpu"):
            return [("0", "GPU-a", self._used.pop(0) if len(self._used) > 1 else self._used[0])]
        return [("GPU-a", self._held), ("GPU-other", "9999")]


@pytest.fixture
def driver_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a driver, as far as files go: some device that a sandbox does not have by itself."""
    devices = [path for path in sorted(Path("/dev").iterdir()) if path.is_char_device()]
    chosen = [path for path in devices if path.name not in IN_EVERY_SANDBOX][:1]
    monkeypatch.setattr(gpu, "device_files", lambda: chosen or [Path("/dev/null")])


def printed(ran: object) -> str:
    assert isinstance(ran, Ran), ran
    return "".join(output["text"] for cell in ran.cells for output in cell["outputs"])


def test_the_engine_is_asked_for_one_device_which_the_container_sees_as_its_first() -> None:
    options = container_options(SlotSpec(gpu=True, gpu_device="1"))
    (request,) = options["device_requests"]
    assert (request["DeviceIDs"], request["Capabilities"]) == (["1"], [["gpu"]])
    assert options["environment"]["CUDA_VISIBLE_DEVICES"] == "0"
    assert options["environment"]["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert "XLA_PYTHON_CLIENT_MEM_FRACTION" not in options["environment"]


def test_without_a_gpu_the_engine_is_asked_for_none() -> None:
    options = container_options(SlotSpec())
    assert "device_requests" not in options
    assert not [name for name in options["environment"] if "CUDA" in name or "XLA" in name or "GPU" in name]


def test_slots_that_share_a_gpu_are_told_their_share() -> None:
    spec = SlotSpec(gpu=True, gpu_device="GPU-b", gpu_slots=3, gpu_memory_mb=7372)
    environment = container_options(spec)["environment"]
    assert environment["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.300"
    assert environment["AUTOGRADER_GPU_MEMORY_MB"] == "7372"


def test_a_share_is_what_the_driver_leaves_divided_by_the_slots() -> None:
    assert share_mb("GPU-b", 3, TWO_GPUS.__getitem__) == 7372
    assert share_mb(None, 2, TWO_GPUS.__getitem__) == 11059, "the smallest of all, where any may be taken"
    assert share_mb("7", 2, TWO_GPUS.__getitem__) is None


def test_lanes_are_bound_to_the_gpus_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan(SimpleNamespace(), "docker", SlotSpec(gpu=True), jobs=4, devices=("0", "GPU-b"))  # type: ignore[arg-type]
    assert [plan.at(place).spec.gpu_device for place in range(4)] == ["0", "GPU-b", "0", "GPU-b"]
    assert replace(plan, devices=()).at(3).spec.gpu_device is None


@pytest.mark.parametrize(
    ("visible", "devices"), [(None, ("0", "1")), ("1", ("1",)), ("GPU-a, 1", ("GPU-a", "1")), ("-1", ())]
)
def test_the_gpus_are_those_that_cuda_may_see(
    visible: str | None, devices: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert devices_here(TWO_GPUS.__getitem__) == devices


@pytest.mark.usefixtures("driver_files")
@pytest.mark.parametrize("name", ["process", "bubblewrap"])
def test_a_submission_is_told_its_gpu_and_its_share(name: str) -> None:
    sandbox = _there(name)
    spec = SlotSpec(limits=PATIENT, gpu=True, gpu_device="1", gpu_slots=2, gpu_memory_mb=5000)
    with Slot(sandbox, spec) as slot:
        lines = printed(slot.run([PRINT], {}, seed=1)).splitlines()
    assert lines == [
        "CUDA_VISIBLE_DEVICES 1",
        "TF_FORCE_GPU_ALLOW_GROWTH true",
        "XLA_PYTHON_CLIENT_MEM_FRACTION 0.450",
        "others []",
    ]


@pytest.mark.skipif(bool(gpu.device_files()), reason="this machine has a GPU")
@pytest.mark.parametrize("name", ["process", "bubblewrap"])
def test_a_machine_without_a_gpu_says_so(name: str) -> None:
    with pytest.raises(SandboxUnavailableError, match="no /dev/nvidia") as caught:
        _there(name).open(SlotSpec(gpu=True))
    assert "--gpu" in (caught.value.remedy or "")


def test_tensorflow_gets_a_logical_device_of_the_share_before_student_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    config = SimpleNamespace(
        list_physical_devices=lambda kind: [f"{kind}:0"],
        LogicalDeviceConfiguration=lambda memory_limit: memory_limit,
        set_logical_device_configuration=lambda device, limits: asked.append((device, limits)),
    )
    limit_memory(SimpleNamespace(config=config))
    assert asked == []
    monkeypatch.setenv("AUTOGRADER_GPU_MEMORY_MB", "5000")
    limit_memory(None)
    limit_memory(SimpleNamespace(config=config))
    assert asked == [("GPU:0", [5000])]


def test_nothing_of_cuda_or_of_tensorflows_runtime_starts_before_the_fork(best_sandbox: Sandbox) -> None:
    look = """
    from tensorflow.python.eager import context
    maps = open("/proc/self/maps").read()
    print("tensorflow" in maps, "libcuda.so" in maps, "/dev/nvidia" in maps)
    print(context._context is not None and context._context._initialized)
    """.replace("\n    ", "\n")
    start = "import tensorflow as tf\ntf.constant(1) + 1\nprint(context._context._initialized)"
    spec = SlotSpec(("tensorflow",), PATIENT)
    with Slot(best_sandbox, spec) as slot:
        lines = printed(slot.run([look, start], {}, seed=1)).splitlines()
    assert lines[:2] == ["True False False", "False"]
    assert lines[-1] == "True", "what is looked at changes when the runtime starts"


@pytest.mark.parametrize(
    ("driver", "back"),
    [
        (Driver("500", "520"), True),
        (Driver("500", "4500"), False),
        (Driver("500", "4500", "4500", "510"), True),
        (Driver("500", "4500", held="0"), False),
        (Driver("4500", "4500", held="4000"), True),
        (Driver("500", "[N/A]"), True),
    ],
    ids=["little", "kept", "late", "nobody's", "another slot's", "not told"],
)
def test_memory_has_come_back_when_nobody_holds_what_is_used(driver: Driver, back: bool) -> None:
    assert GpuMemory("0", driver, seconds=0.6).has_come_back() is back


def test_memory_of_a_machine_without_a_driver_is_not_judged() -> None:
    assert GpuMemory(None, lambda _: [], seconds=0).has_come_back()


@pytest.mark.usefixtures("driver_files")
@pytest.mark.parametrize(
    ("used", "kept"), [(("500", "510"), True), (("500", "4500"), False)], ids=["back", "not back"]
)
def test_a_slot_whose_gpu_memory_does_not_come_back_is_thrown_away(used: tuple[str, ...], kept: bool) -> None:
    def watched(device: str | None) -> GpuMemory:
        assert device == "0"
        return GpuMemory(device, Driver(*used), seconds=0)

    spec = SlotSpec(limits=PATIENT, gpu=True, gpu_device="0")
    with Slot(provider("process"), spec, gpu_memory=watched) as slot:
        workers = []
        for _ in range(2):
            workers.append(printed(slot.run(["import os\nprint(os.getppid())"], {}, seed=1)))
            slot.stop()
    assert (workers[0] == workers[1]) is kept


@pytest.mark.usefixtures("driver_files")
def test_a_crash_that_keeps_gpu_memory_costs_the_slot_too() -> None:
    spec = SlotSpec(limits=PATIENT, gpu=True)
    memory: Callable[[str | None], GpuMemory] = lambda device: GpuMemory(  # noqa: E731
        device, Driver("500", "4500"), seconds=0
    )
    with Slot(provider("process"), spec, gpu_memory=memory) as slot:
        slot.warm_up()
        first = slot._connection
        slot.run(["import os\nos._exit(1)"], {}, seed=1)
        assert slot._connection is None and first is not None


def _there(name: str) -> Sandbox:
    try:
        return provider(name)
    except SandboxUnavailableError as error:
        pytest.skip(f"NOT TESTED WITH {name.upper()}: {error.message}")
