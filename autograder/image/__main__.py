"""`python -m autograder.image`: build a course's image without the rest of the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.course import Course
from autograder.errors import AutograderError
from autograder.image.build import VARIANTS, build_image


def main() -> int:
    """Build the image of the nearest course; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m autograder.image", description=__doc__)
    parser.add_argument("--course", type=Path, default=Path(), help="a course folder, or one inside it")
    parser.add_argument("--variant", choices=VARIANTS, default="cpu")
    parser.add_argument("--base", help="image to start from")
    parser.add_argument("--network", help="the engine's network for the build, such as host")
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    options = parser.parse_args()
    try:
        image = build_image(
            Course.find(options.course),
            options.variant,
            options.base,
            options.network,
            _print,
            force=options.force,
        )
    except AutograderError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    _print(f"{image.name} {image.id} {'built' if image.built else 'is up to date'}")
    return 0


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
