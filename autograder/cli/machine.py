"""Commands about this machine: `image`, `doctor`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from autograder.cli.command import Session, command
from autograder.console import LogTail, duration, print_block
from autograder.course import Course
from autograder.errors import EXIT_ENVIRONMENT, EXIT_OK, ConfigurationError

PANEL = "This machine"


class VariantName(StrEnum):
    """The images that there are."""

    cpu = "cpu"
    gpu = "gpu"


VariantOption = Annotated[
    VariantName, typer.Option(metavar="NAME", help="cpu (the default), or gpu for NVIDIA GPUs.")
]
BaseOption = Annotated[
    str | None,
    typer.Option(metavar="IMAGE", help="Start from this image. Default: as last time, or Docker's Python."),
]
NetworkOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The engine's network for the build, such as host.")
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Build even if nothing has changed, without cache.")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    command(
        app,
        "image",
        panel=PANEL,
        shows=[
            ("autograder image", "build it, or see that it is up to date"),
            ("autograder image --variant gpu", "with TensorFlow for NVIDIA GPUs"),
            ("autograder image --base debian-base:bookworm --network host", "without registry and bridge"),
        ],
    )(image)
    command(
        app,
        "doctor",
        panel=PANEL,
        shows=[
            ("autograder doctor", "what works here, and what to do about the rest"),
            (
                "autograder doctor --json | jq '.findings[] | select(.status != \"ok\")'",
                "only what is not well",
            ),
        ],
    )(doctor)


def image(
    session: Session,
    variant: VariantOption = VariantName.cpu,
    base: BaseOption = None,
    network: NetworkOption = None,
    force: ForceOption = False,
) -> int:
    """Build the container image that notebooks run in.

    It holds the packages of all weeks and the worker, no tests and no solutions. Nothing is done while its
    inputs are the same.
    """
    from autograder.image import build_image, find_image

    if base is None:
        present = find_image(session.course, variant.value)
        base = present.base if present else None
    with LogTail(session.err, f"Building {session.course.settings.image}:{variant.value}") as line:
        built = build_image(session.course, variant.value, base, network, line, force=force)
    data = {
        "name": built.name,
        "id": built.id,
        "variant": built.variant,
        "base": built.base,
        "built": built.built,
        "seconds": round(built.seconds, 3),
    }
    what = f"was built in {duration(built.seconds)}" if built.built else "is up to date"
    session.result(data, lambda: session.out.print(f"{built.name} {what} ({built.id})"))
    return EXIT_OK


def doctor(session: Session) -> int:
    """Say what this machine can do for grading, and what to do about what it cannot.

    Takes some seconds and changes nothing. Exit code 3 where submissions cannot be graded safely. Works
    without a course, too.
    """
    from autograder.doctor import examine, healthy, render

    with LogTail(session.err, "Looking at this machine"):
        findings = examine(_course_if_any(session))
    well = healthy(findings)
    data = {"healthy": well, "findings": [finding.model_dump() for finding in findings]}
    session.result(data, lambda: print_block(session.out, render(findings)))
    return EXIT_OK if well else EXIT_ENVIRONMENT


def _course_if_any(session: Session) -> Course | None:
    try:
        return session.course
    except ConfigurationError as error:
        if session.options.course is None and error.path.is_dir():
            return None  # there is no course at or above the current folder
        raise
