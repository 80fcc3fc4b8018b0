"""The bank: what each attack tries, which threats it stands for, and what must come of it. Data only.

An attack is a notebook under `notebooks/`, with a TOML header, or a function in `broken_files.py` for what is
no notebook. `README.md` says how to write one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import nbformat
from autograder.build.source import percent_cells
from autograder.report import DeadlineStatus, RunStatus
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

HERE = Path(__file__).parent
HEADER = re.compile(r"\A# /// attack\n(?P<toml>(?:#.*\n)*?)# ///\n")
FULL_MARKS = 12.0  # the bait's last four points are for a secret, and nobody earns them
MAXIMUM = 16.0
IN_TIME = "2026-10-25T11:00:00+01:00"

Group = Literal["steady", "hasty", "keras"]
ReceiptKind = Literal[
    "signed",
    "none",
    "unsigned",
    "time_changed",
    "other_file",
    "other_student",
    "other_assignment",
    "other_secret",
]


class Outcome(BaseModel):
    """What an attack must come to. Its fields are the header of a notebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tries: str = Field(description="one sentence")
    threats: tuple[str, ...] = Field(min_length=1, description="ids of threats.toml")
    score: float = FULL_MARKS
    run: Annotated[
        tuple[RunStatus, ...], BeforeValidator(lambda run: (run,) if isinstance(run, str) else run)
    ] = Field(default=("completed",), description="one of these")
    deadline: DeadlineStatus = "on_time"
    final_score: float | None = Field(default=None, description="by default the score, or 0 if not on time")
    says: tuple[str, ...] = Field(default=(), description="what the report tells, each somewhere in it")
    shows: tuple[str, ...] = Field(default=(), description="what the notebook prints: the attack took place")
    hides: tuple[str, ...] = Field(default=(), description="what no page that a person opens may hold")
    skipped: str = Field(default="", description="why there is no report at all")
    claim: Literal["isolation", "limits"] = Field(
        default="isolation", description="what a sandbox must claim for the attack to be run in it"
    )
    group: Group = Field(default="steady", description="the class that it is graded in")
    received: str = IN_TIME
    receipt: ReceiptKind = "signed"

    @property
    def counts(self) -> float:
        """The points after the deadline."""
        if self.final_score is not None:
            return self.final_score
        return self.score if self.deadline == "on_time" else 0.0


@dataclass(frozen=True)
class Attack:
    """One attack: its name, its outcome, and how it is handed in.

    `hand_in(folder, student)` puts it into the folder of submissions, as the student whose id is given, and
    returns the notebooks that get a receipt.
    """

    name: str
    outcome: Outcome
    hand_in: Callable[[Path, str], list[Path]]

    @property
    def area(self) -> str:
        return self.name.split("_", maxsplit=1)[0]


@dataclass(frozen=True)
class Threat:
    """An item of the list of threats; `line` is the number of its area."""

    id: str
    line: int
    text: str


def threats() -> list[Threat]:
    """All items of `threats.toml`, in order."""
    areas = tomllib.loads((HERE / "threats.toml").read_text(encoding="utf-8"))
    return [
        Threat(f"{area}.{item}", content["line"], text)
        for area, content in areas.items()
        for item, text in content["items"].items()
    ]


def attacks() -> list[Attack]:
    """Every attack, by name."""
    from broken_files import BROKEN_FILES

    notebooks = [notebook_attack(path) for path in sorted((HERE / "notebooks").glob("*.py"))]
    return sorted([*notebooks, *BROKEN_FILES], key=lambda attack: attack.name)


def notebook_attack(path: Path) -> Attack:
    """Read an attack that is a notebook in percent format under a header `# /// attack` … `# ///`."""
    text = path.read_text(encoding="utf-8")
    header = HEADER.match(text)
    assert header is not None, f"{path} does not begin with a header `# /// attack`"
    lines = [line.removeprefix("#").removeprefix(" ") for line in header["toml"].splitlines()]
    outcome = Outcome.model_validate(tomllib.loads("\n".join(lines)))
    notebook = notebook_of(text[header.end() :])

    def hand_in(folder: Path, student: str) -> list[Path]:
        file = folder / f"{student}.ipynb"
        own = nbformat.from_dict({**notebook, "metadata": {**notebook.metadata, "student": student}})
        file.write_text(nbformat.writes(own), encoding="utf-8")
        return [file]

    return Attack(path.stem, outcome, hand_in)


def notebook_of(text: str) -> nbformat.NotebookNode:
    """The notebook of a text in percent format; a cell `# %% use="honest: double"` becomes the named part."""
    cells = []
    for cell in percent_cells(text):
        wanted = cell.metadata.pop("use", None)
        cells += list(_parts(wanted)) if wanted else [cell]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells)


def honest_notebook(remark: str = "") -> nbformat.NotebookNode:
    """All that can be answered, answered; `remark` makes one student's bytes differ from another's."""
    return notebook_of(f'# %%\n# {remark}\n# %% use="honest"\n')


def _parts(wanted: str) -> Iterator[nbformat.NotebookNode]:
    """The cells of `parts/<file>.py`, or of those the ones named after the colon."""
    file, _, names = wanted.partition(":")
    cells = percent_cells((HERE / "parts" / f"{file}.py").read_text(encoding="utf-8"))
    parts = {cell.metadata.pop("title"): cell for cell in cells}
    for name in names.split() or parts:
        yield nbformat.v4.new_code_cell(parts[name].source)
