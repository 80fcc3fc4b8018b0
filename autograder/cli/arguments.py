"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from autograder.errors import SubmissionError

AssignmentArgument = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Such as w01_corner_filter.")]
OutOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where results lie. Default: out/ASSIGNMENT in the course."),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Examine on the Dask cluster behind this scheduler: tcp://… or tls://….",
    ),
]
SeedOption = Annotated[
    str | None,
    typer.Option(
        metavar="HEX",
        help="The seed of an earlier report, to get the same random inputs.",
    ),
]


def bare(name: str) -> str:
    """An assignment's name, also from `assignments/w01_corner_filter/`."""
    return Path(name).name


def is_safe(scheduler: str) -> bool:
    """Whether the way to a scheduler is encrypted, or stays on this machine."""
    host = urlsplit(scheduler).hostname
    return scheduler.startswith("tls://") or host in ("localhost", "127.0.0.1", "::1")


def seed_from(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if not seed:
        raise SubmissionError(
            f"--seed: {text!r} is not an even number of hexadecimal digits",
            remedy="Take `environment.seed` from a report.json.",
        )
    return seed
