"""What examining one assignment's submissions needs on another machine, as bytes.

It holds hidden tests: it is unpacked into a folder that only the worker's user may enter, that every sandbox
hides, and that is removed when the grader is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.lanes import Plan, Task

FOLDER_MODE, FILE_MODE, WEIGHTS_MODE = 0o700, 0o600, 0o644


@dataclass(frozen=True, slots=True)
class Bundle:
    """An assignment's tests and files, without what only its author needs, and how to examine.

    Args:
        plan: as the grader has it; its paths are those of the grader's machine.
        files: content by path below the folder of assignments.
        weights: content of each file of pretrained weights, by its environment variable.
    """

    plan: Plan
    files: dict[str, bytes]
    weights: dict[str, bytes]

    @classmethod
    def of(cls, plan: Plan, paths: Iterable[Path]) -> Bundle:
        """Read what `plan` needs. An image holds its weights already; other sandboxes are given them.

        Args:
            paths: the files of the assignment, and those beside it, that an examination may read.
        """
        root = plan.assignment.path.parent
        weights = () if plan.sandbox == "docker" else plan.spec.weights
        return cls(
            plan,
            {path.relative_to(root).as_posix(): path.read_bytes() for path in paths},
            {variable: path.read_bytes() for variable, path in weights},
        )

    def unpack(self, folder: Path) -> Plan:
        """Write everything below `folder`, which is private, and return the plan for there."""
        for name, content in self.files.items():
            _write(folder / "assignments" / name, content, FILE_MODE)
        weights = dict(self.plan.spec.weights)
        for variable, content in self.weights.items():
            weights[variable] = folder / "weights" / f"{variable}{weights[variable].suffix}"
            _write(weights[variable], content, WEIGHTS_MODE)  # a sandbox shows it to users of its own
        assignment = self.plan.assignment.model_copy(
            update={"path": folder / "assignments" / self.plan.assignment.name, "weights": weights}
        )
        (folder / "assignments" / assignment.name).mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        spec = replace(self.plan.spec, hidden=(folder,), weights=tuple(sorted(weights.items())))
        return replace(self.plan, assignment=assignment, spec=spec, jobs=1)


def without_shipped(task: Task, shipped: dict[str, bytes]) -> Task:
    """The task as it travels: what every student was given lies at the worker already."""
    own = {name: content for name, content in task.files.items() if shipped.get(name) != content}
    return replace(task, files=own)


def with_shipped(task: Task, shipped: dict[str, bytes]) -> Task:
    """The task as it was before it travelled."""
    return replace(task, files={**shipped, **task.files})


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    path.touch(mode)
    path.write_bytes(content)
    path.chmod(mode)
