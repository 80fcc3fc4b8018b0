"""The folders that students and instructors get: complete, reproducible, swapped in whole."""

import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.build import build, check
from autograder.errors import BuildError, StaleBuildError

NAME = "w07_pooling"
FILES = {"README.md", "requirements.txt", "tests/q1.py", "tests/q2.py", f"{NAME}.ipynb"}


def content(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_release_and_solution_hold_what_each_reader_needs(week):
    result = week.build()
    assert set(content(week.release)) == FILES
    assert set(content(week.solution)) == FILES - {"README.md", "requirements.txt"}
    assert (result.assignment, result.points) == (NAME, 8)
    assert f"release/{NAME}/tests/q1.py" in result.files
    assert "NotImplementedError" in (week.release / f"{NAME}.ipynb").read_text()
    assert "blocks.max" in (week.solution / f"{NAME}.ipynb").read_text()


def test_building_again_elsewhere_gives_the_same_bytes(week, tmp_path_factory):
    week.build()
    first = content(week.root / "release"), content(week.root / "solutions")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    week.root.joinpath("assignments").rename(elsewhere / "assignments")
    build(type(week)(elsewhere).course, NAME)
    assert (content(elsewhere / "release"), content(elsewhere / "solutions")) == first
    assert str(week.root).encode() not in b"".join(first[0].values())


def test_check_is_content_with_what_build_wrote(week):
    week.build()
    check(week.course, NAME)


def test_check_names_each_file_that_differs(week):
    week.build()
    (week.release / "README.md").unlink()
    (week.release / "left.txt").write_text("old")
    (week.solution / "tests" / "q1.py").write_text("edited")
    with pytest.raises(StaleBuildError) as stale:
        check(week.course, NAME)
    for words in (f"release/{NAME}/README.md (missing)", f"release/{NAME}/left.txt (left over)",
                  f"solutions/{NAME}/tests/q1.py (changed)", f"autograder build {NAME}"):  # fmt: skip
        assert words in str(stale.value)
    assert "q2.py" not in str(stale.value)


def test_check_before_any_build_says_so(week):
    with pytest.raises(StaleBuildError, match="missing"):
        check(week.course, NAME)


def test_stale_files_vanish_and_nothing_temporary_is_left(week):
    week.build()
    (week.release / "old.txt").write_text("old")
    (week.root / "release" / f".{NAME}-interrupted" / "new").mkdir(parents=True)
    week.build()
    assert set(content(week.release)) == FILES
    assert [path.name for path in (week.root / "release").iterdir()] == [NAME]


def test_a_build_that_fails_leaves_the_old_release_alone(week):
    week.build()
    before = content(week.root / "release")
    week.edit("notebook.py", "# BEGIN SOLUTION", "")
    with pytest.raises(BuildError):
        week.build()
    assert content(week.root / "release") == before


def test_files_ship_beside_both_notebooks_without_debris(week):
    week.write("figures/a.txt", "a figure")
    week.write("figures/__pycache__/a.pyc", "debris")
    week.edit("assignment.toml", "files = []", 'files = ["figures/**/*"]')
    week.build()
    for folder in (week.release, week.solution):
        assert (folder / "figures" / "a.txt").read_text() == "a figure"
        assert not (folder / "figures" / "__pycache__").exists()


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("*.py", "is not for students"),
        ("test_hidden.py", "is not for students"),
        ("wrong/*", "is not for students"),
        ("../course.toml", "outside the assignment's folder"),
        ("README.md", "would replace a file"),
        ("nothing*", "matches no file"),
    ],
)
def test_what_must_not_ship_is_refused(week, pattern, said):
    week.write("README.md", "for authors")
    week.edit("assignment.toml", "files = []", f'files = ["{pattern}"]')
    with pytest.raises(Exception, match=said) as refusal:
        week.build()
    assert "assignment.toml" in str(refusal.value)
    assert not week.release.exists()


def test_requirements_are_the_weeks_packages_and_otter(week):
    week.build()
    assert (week.release / "requirements.txt").read_text() == "numpy\notter-grader>=6,<8\n"


def test_the_readme_says_when_it_is_due_and_what_counts(week):
    path = week.root / "assignments" / "course.toml"
    path.write_text(path.read_text().replace('"UTC" ', '"Europe/Oslo" '))
    settings = (week.folder / "assignment.toml").read_text()
    due = settings.split("due = ")[1].split()[0]
    week.write("assignment.toml", settings.replace(due, "2027-07-02T23:59:00"))
    week.build()
    readme = (week.release / "README.md").read_text()
    assert "**Due Friday 2027-07-02 at 23:59 (Europe/Oslo, UTC+02:00).** Late work is not accepted." in readme
    assert "mandatory: it is approved from 50 % of the points that tests give (4 of 8)" in readme
    assert "| q1 | The size of what comes out | 4 |" in readme
    assert "| | **in all** | **8** |" in readme


def test_the_readme_says_what_lateness_costs(week):
    week.append(
        "assignment.toml",
        '\n[deadline]\nkind = "penalty"\npenalty_percent = 20\ncutoff_hours = 48\nlate_days = 2\n',
    )
    week.build()
    readme = (week.release / "README.md").read_text()
    assert "loses 20 % of the maximum for each day begun, at most 100 %." in readme
    assert "Nothing is accepted more than 48 hours late. You have 2 late days" in readme


def test_the_stub_runs_in_jupyter_and_nbgrader_validates_it(week):
    week.build()
    notebook = nbformat.read(week.release / f"{NAME}.ipynb", 4)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(week.release)}}).execute()
    outputs = {cell.id: nbformat.writes(nbformat.v4.new_notebook(cells=[cell])) for cell in notebook.cells}
    assert "`output_size(…)` is not answered yet." in outputs["check-q1"]
    command = [sys.executable, "-m", "nbgrader", "validate", f"{NAME}.ipynb"]
    said = subprocess.run(command, cwd=week.release, capture_output=True, text=True, check=True).stdout
    assert "Success! Your notebook passes all the tests." in said
