"""Write the two files of exact versions: constraints.txt and autograder/image/constraints.txt.

Asks pip what it would install on the oldest Python that we support: for the project with all its
extras, then for each variant of the image within those versions, so that grader and sandbox never
disagree; and pip itself, which installs both. Versions stay as they are; `--upgrade` takes the newest.
Needs the package index.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "constraints.txt"
IMAGE = ROOT / "autograder" / "image" / "constraints.txt"
OURSELVES = "cnn-autograder"
OLDEST_PYTHON = "3.11.0"


def main() -> None:
    keep = [] if "--upgrade" in sys.argv else ["-c", str(PROJECT)]
    project = resolve("pip", *requirements(), *keep)
    write(PROJECT, project, "the project with all its extras")
    image: dict[str, str] = {}
    for variant in ("cpu", "gpu"):
        image |= resolve("pip", "-r", str(IMAGE.parent / f"requirements-{variant}.txt"), "-c", str(PROJECT))
    write(IMAGE, image, "both variants of the image")


def requirements() -> list[str]:
    """What the project requires with all its extras, without the extras' references to each other."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    return [line for line in [*project["dependencies"], *extras] if not line.startswith(OURSELVES)]


def resolve(*arguments: str) -> dict[str, str]:
    """What pip would install: name → version. Installs nothing."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = ["install", "--dry-run", "--ignore-installed", "--quiet", "--report", str(report)]
        target = ["--target", folder, "--python-version", OLDEST_PYTHON, "--only-binary", ":all:"]
        subprocess.run([sys.executable, "-m", "pip", *command, *target, *arguments], check=True)
        installed = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {entry["metadata"]["name"]: entry["metadata"]["version"] for entry in installed}


def write(path: Path, pins: dict[str, str], of_what: str) -> None:
    lines = [f"# Exact versions for {of_what}; written by `make pins`, not by hand."]
    lines += [f"{name}=={version}" for name, version in sorted(pins.items(), key=lambda pin: pin[0].lower())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(pins)} packages\n")


if __name__ == "__main__":
    main()
