"""Which sandbox a command uses, said aloud before anything runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.command import Session
from autograder.console import counted, print_warning
from autograder.errors import SandboxUnavailableError

if TYPE_CHECKING:
    from autograder.cluster.grader import Cluster
    from autograder.course import Assignment
    from autograder.image import Variant
    from autograder.sandbox import Sandbox, SlotSpec

PROCESS_WARNING = (
    "the process sandbox gives no isolation, limits only: the code of a notebook can read and change what "
    "you can on this machine, hidden tests and other submissions too. Only for code that you trust."
)
NO_GPU = "Install the NVIDIA driver and Container Toolkit (docs/operations.md), or leave out --gpu."


class SandboxName(StrEnum):
    """The sandboxes that there are."""

    docker = "docker"
    bubblewrap = "bubblewrap"
    process = "process"


SandboxOption = Annotated[
    SandboxName | None,
    typer.Option(
        metavar="NAME",
        help="docker, bubblewrap or process. Default: the strongest that this machine has.",
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="Notebooks at a time. Default: one per core, or per GPU.",
    ),
]
GpuDevicesOption = Annotated[
    str | None,
    typer.Option(metavar="LIST", help="With --gpu, which: such as 0,1. Default: all of this machine."),
]
SlotsPerGpuOption = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="With --gpu, notebooks at a time on each. Default: one."),
]
GpuOption = Annotated[bool, typer.Option("--gpu", help="Run on a GPU, in the image's GPU variant.")]


@dataclass(frozen=True)
class Choice:
    """A sandbox that this machine can run, and the image that it would take."""

    sandbox: Sandbox
    image: str
    gpu: bool
    devices: tuple[str, ...] = ()
    slots_per_gpu: int = 1

    @property
    def isolates(self) -> bool:
        return "isolation" in self.sandbox.claims

    def spec(self, assignment: Assignment) -> SlotSpec:
        """What a slot must offer for the assignment."""
        from autograder.sandbox import SlotSpec

        spec = SlotSpec.for_assignment(assignment, self.image, gpu=self.gpu)
        return spec.sharing(self.slots_per_gpu, self.devices[0]) if self.devices else spec

    def jobs(self, wanted: int | None, notebooks: int) -> int:
        """How many notebooks at a time."""
        if self.gpu:
            return min(wanted or max(1, len(self.devices) * self.slots_per_gpu), max(1, notebooks))
        return min(wanted or os.cpu_count() or 1, max(1, notebooks))


def choose(
    session: Session,
    wanted: SandboxName | None,
    *,
    gpu: bool = False,
    devices: tuple[str, ...] = (),
    slots_per_gpu: int = 1,
) -> Choice:
    """Choose the sandbox, and tell the user which one it is.

    Args:
        devices: the GPUs to use, by index or UUID; all by default.

    Raises:
        SandboxUnavailableError: this machine cannot run it, or has no such GPU or no image for it.
    """
    from autograder.image.build import image_name
    from autograder.sandbox import best_available, provider
    from autograder.sandbox.gpu import devices_here

    variant: Variant = "gpu" if gpu else "cpu"
    image = image_name(session.course, variant)
    if wanted is None and gpu:
        wanted = SandboxName.docker
    sandbox = provider(wanted) if wanted else best_available(image)
    if gpu:
        _require_gpu(sandbox.name, devices)
    if sandbox.name == SandboxName.docker:
        _require_image(session, variant)
    _announce(session, sandbox.name, image, chosen=wanted is None)
    return Choice(sandbox, image, gpu, (devices or devices_here()) if gpu else (), slots_per_gpu)


def choose_on(cluster: Cluster, session: Session, wanted: SandboxName | None, *, gpu: bool = False) -> Choice:
    """Choose the sandbox of a cluster's workers, and tell the user which one it is.

    Raises:
        ClusterError: the workers cannot run it, or differ from the grader or from each other.
    """
    from autograder.image.build import image_name

    image = image_name(session.course, "gpu" if gpu else "cpu")
    if wanted is None and gpu:
        wanted = SandboxName.docker
    sandbox = cluster.sandbox(wanted, image)
    what = f"docker ({image})" if sandbox.name == SandboxName.docker else sandbox.name
    session.say(f"Sandbox: {what}, {counted(cluster.slots, 'slot')} on the cluster")
    if sandbox.name == SandboxName.process:
        print_warning(session.err, PROCESS_WARNING)
    return Choice(sandbox, image, gpu)


def _announce(session: Session, name: str, image: str, *, chosen: bool) -> None:
    what = f"docker ({image})" if name == SandboxName.docker else name
    why = "" if not chosen or name == SandboxName.docker else f"; {_why_not_docker(image)}"
    session.say(f"Sandbox: {what}{why}")
    if name == SandboxName.process:
        print_warning(session.err, PROCESS_WARNING)


def _why_not_docker(image: str) -> str:
    from autograder.sandbox.docker import DockerSandbox

    why = DockerSandbox().why_unavailable()
    return why if why is not None else f"the engine has no image {image}, `autograder image` builds it"


def _require_gpu(sandbox: str, devices: tuple[str, ...]) -> None:
    from autograder import engine
    from autograder.doctor import offers_gpu
    from autograder.sandbox.gpu import ask_driver

    if sandbox == SandboxName.docker:
        there, what = offers_gpu(engine.connect().info()), "the container engine offers no GPU"
    else:
        there, what = Path("/dev/nvidiactl").exists(), "this machine has no NVIDIA GPU"
    if not there:
        raise SandboxUnavailableError(what, remedy=NO_GPU)
    known = [name for row in ask_driver("--query-gpu=index,uuid") for name in row]
    for device in devices:
        if known and device not in known:
            raise SandboxUnavailableError(
                f"--gpu-devices: this machine has no GPU {device!r}",
                remedy=f"It has {', '.join(known[::2])}; `nvidia-smi -L` lists them.",
            )


def _require_image(session: Session, variant: Variant) -> None:
    from autograder.image.build import find_image, image_name

    build = f"`autograder image{' --variant gpu' if variant == 'gpu' else ''}`"
    image = find_image(session.course, variant)
    if image is None:
        raise SandboxUnavailableError(
            f"the container engine has no image {image_name(session.course, variant)}",
            remedy=f"Build it with {build}.",
        )
    if not image.up_to_date:
        raise SandboxUnavailableError(
            f"the image {image.name} is out of date: another version of the worker or of the packages",
            remedy=f"Build it again with {build}, which takes seconds where only the worker has changed.",
        )
