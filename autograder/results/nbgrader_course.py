"""A course folder in OUT that nbgrader's formgrader opens, to look at submissions and grade by hand.

Formgrader shows notebooks without a policy against scripts, on the instructor's own Jupyter server. So the
copies here hold nothing that a browser would run or load, whatever a student wrote.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import nbformat
from sqlalchemy.engine import make_url

from autograder.course import Assignment, Course
from autograder.errors import ConfigurationError
from autograder.report import Report
from autograder.results.cells import nbgrader_metadata
from autograder.results.made import Made, folder_digest, source_of
from autograder.results.sanitise import clean_html, is_safe_picture, is_too_much, picture_html, plain_text
from autograder.results.store import (
    NBGRADER,
    gradebook_url,
    notebook_bytes,
    read_executed,
    write_atomically,
    write_if_different,
)

NOTHING = "\u200b"  # breaks a piece of markup without being seen
URL_VARIABLE = "AUTOGRADER_GRADEBOOK"
BUILD = "Run `autograder build`."


def write_nbgrader_course(
    out: Path, reports: Sequence[Report], course: Course, assignment: Assignment, url: str
) -> Path:
    """Write OUT/nbgrader: configuration, source and one autograded notebook per report; returns the folder.

    `jupyter lab` started in it shows the submissions under nbgrader's Formgrader.

    Args:
        url: the gradebook's SQLAlchemy URL. A URL with a password is not written down; the configuration
            then reads it from the environment variable AUTOGRADER_GRADEBOOK.

    Raises:
        ConfigurationError: the released notebook is missing.
        SubmissionError: an executed notebook in OUT cannot be read.
    """
    stub = released_notebook(course, assignment)
    root = out / NBGRADER
    source = root / "source" / assignment.name
    source.mkdir(parents=True, exist_ok=True)
    write_if_different(source / assignment.notebook_name, notebook_bytes(stub))
    write_if_different(root / "nbgrader_config.py", _configuration(url, out, course).encode("utf-8"))
    released = folder_digest(course.release / assignment.name)
    with Made(out) as made:
        for report in reports:
            _write_submission(out, root, report, assignment, stub, made, released)
    return root


def released_notebook(course: Course, assignment: Assignment) -> nbformat.NotebookNode:
    """The notebook as students got it, with nbgrader's metadata.

    Raises:
        ConfigurationError: it is missing or not a notebook.
    """
    path = course.release / assignment.name / assignment.notebook_name
    try:
        return nbformat.read(path, as_version=4)
    except OSError:
        raise ConfigurationError(path, "the released notebook does not exist", remedy=BUILD) from None
    except (ValueError, nbformat.ValidationError) as error:
        raise ConfigurationError(path, f"not a notebook: {error}", remedy=BUILD) from None


def _write_submission(
    out: Path,
    root: Path,
    report: Report,
    assignment: Assignment,
    stub: nbformat.NotebookNode,
    made: Made,
    released: str,
) -> None:
    """Write one student's notebook for formgrader, where it has changed, and the time of receipt."""
    folder = root / "autograded" / report.student / assignment.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / assignment.notebook_name
    content_of = source_of(out, report, released)
    if not made.is_current(path, content_of):
        notebook = formgrader_notebook(stub, read_executed(out, report.student), report)
        write_atomically(path, notebook_bytes(notebook), flush=False)
        made.note(path, content_of)
    received = report.deadline.received_at
    if received:
        stamp = f"{received.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC\n"
        write_if_different(folder / "timestamp.txt", stamp.encode("ascii"))
    else:
        (folder / "timestamp.txt").unlink(missing_ok=True)


def _configuration(url: str, out: Path, course: Course) -> str:
    lines = [
        "# Written by autograder; start `jupyter lab` in this folder and open Formgrader.",
        "import os",
        "from pathlib import Path",
        "",
        "here = Path(__file__).resolve().parent",
        "c = get_config()",
        "c.CourseDirectory.root = str(here)",
    ]
    if url == gradebook_url(out):
        lines.append("c.CourseDirectory.db_url = f\"sqlite:///{here.parent / 'gradebook.db'}\"")
    elif make_url(url).password is not None:
        lines.append(f"c.CourseDirectory.db_url = os.environ[{URL_VARIABLE!r}]")
    else:
        lines.append(f"c.CourseDirectory.db_url = {url!r}")
    lines += [
        f"c.NbGraderAPI.timezone = {course.settings.timezone!r}",
        "c.HTMLExporter.sanitize_html = True",
    ]
    return "\n".join(lines) + "\n"


def formgrader_notebook(
    stub: nbformat.NotebookNode, executed: nbformat.NotebookNode | None, report: Report
) -> nbformat.NotebookNode:
    """The executed notebook, harmless, with exactly the released notebook's nbgrader cells in it.

    Locked cells are shown as they were handed out; graded cells that a student deleted come at the end.
    """
    released = {str(nbgrader_metadata(cell)["grade_id"]): cell for cell in _nbgrader_cells(stub)}
    cells: list[nbformat.NotebookNode] = []
    if executed is None:
        cells.append(
            _markdown_cell(_harmless_markdown(report.run.message or "There is no notebook to show."), {})
        )
    for cell in executed.cells if executed is not None else []:
        if isinstance(cell, Mapping):
            original = released.pop(str(nbgrader_metadata(cell).get("grade_id")), None)
            cells.append(_harmless_cell(cell, original))
    cells += [nbformat.from_dict(dict(cell)) for cell in released.values() if _is_graded(cell)]
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells, metadata=stub.metadata)


def _nbgrader_cells(stub: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    return (cell for cell in stub.cells if nbgrader_metadata(cell).get("grade_id"))


def _is_graded(cell: Mapping[str, Any]) -> bool:
    metadata = nbgrader_metadata(cell)
    return bool(metadata.get("grade") or metadata.get("solution"))


def _harmless_cell(cell: Mapping[str, Any], original: nbformat.NotebookNode | None) -> nbformat.NotebookNode:
    source = plain_text(cell.get("source"))
    is_markdown = cell.get("cell_type") == "markdown"
    metadata: dict[str, Any] = {}
    if original is not None:
        is_markdown = original.cell_type == "markdown"
        metadata = dict(original.metadata)
        if nbgrader_metadata(original).get("locked"):
            return nbformat.from_dict({**original, **({} if is_markdown else {"outputs": _outputs(cell)})})
    if is_markdown:
        pictures = _attachments(cell)
        made = _markdown_cell(_harmless_markdown(source, pictures), metadata)
        if pictures:
            made["attachments"] = pictures
        return made
    return nbformat.from_dict(
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": metadata,
            "outputs": _outputs(cell),
            "source": source,
        }
    )


def _markdown_cell(source: str, metadata: Mapping[str, Any]) -> nbformat.NotebookNode:
    """nbformat's own makers would check each cell by itself, which takes longer than all the rest."""
    return nbformat.from_dict({"cell_type": "markdown", "metadata": metadata, "source": source})


DANGEROUS_IN_MATHJAX = re.compile(r"\\(?=(?:href|url|class|style|cssId|require|unicode|data|html)\b)")
ATTACHED_PICTURE = re.compile(r"!\[[^\[\]\n]*\]\(attachment:([\w.%-]+)\)")


def _harmless_markdown(source: str, attached: Collection[str] = ()) -> str:
    """Markdown that looks the same but opens no tag, loads nothing and links to web pages only.

    An invisible character goes after what would open a tag, before a link's address unless it is a web
    page's, into pictures unless they are `attached`, and into formula commands that reach the page's own
    attributes. Markdown that would take long to render becomes a block of code.
    """
    kept: list[str] = []
    pieces: list[str] = []
    end = 0
    for picture in ATTACHED_PICTURE.finditer(source):
        if picture[1] in attached:
            pieces.append(_broken(source[end : picture.start()]))
            kept.append(f"![{_broken(picture[0][2:].partition(']')[0])}](attachment:{picture[1]})")
            end = picture.end()
    pieces.append(_broken(source[end:]))
    harmless = "".join(piece + picture for piece, picture in zip(pieces, [*kept, ""], strict=True))
    return textwrap.indent(harmless, "    ") if is_too_much(source) else harmless


def _broken(markdown: str) -> str:
    markdown = re.sub(r"<(?=[A-Za-z/!?])", f"<{NOTHING}", markdown)
    markdown = re.sub(r"\](?=\((?!https?://))", f"]{NOTHING}", markdown)
    markdown = re.sub(r"\](?=\s*[:\[])", f"]{NOTHING}", markdown)
    markdown = markdown.replace("![", f"!{NOTHING}[")
    return DANGEROUS_IN_MATHJAX.sub(rf"\\{NOTHING}", markdown)


def _attachments(cell: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    attachments = cell.get("attachments")
    if not isinstance(attachments, Mapping):
        return {}
    return {
        name: {kind: "".join(plain_text(data).split())}
        for name, contents in attachments.items()
        if re.fullmatch(r"[\w.%-]+", str(name)) and isinstance(contents, Mapping)
        for kind, data in contents.items()
        if is_safe_picture(kind, data)
    }


def _outputs(cell: Mapping[str, Any]) -> list[dict[str, Any]]:
    outputs = cell.get("outputs")
    if not isinstance(outputs, list):
        return []
    made = (_harmless_output(output) for output in outputs if isinstance(output, Mapping))
    return [output for output in made if output is not None]


def _harmless_output(output: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": plain_text(output.get("text"))}
    if kind == "error":
        traceback = output.get("traceback")
        return {
            "output_type": kind,
            "ename": plain_text(output.get("ename")),
            "evalue": plain_text(output.get("evalue")),
            "traceback": [plain_text(line) for line in traceback] if isinstance(traceback, list) else [],
        }
    data = output.get("data")
    if not isinstance(data, Mapping):
        return None
    return {"output_type": "display_data", "data": _harmless_data(data), "metadata": {}}


def _harmless_data(data: Mapping[str, Any]) -> dict[str, str]:
    text = plain_text(data.get("text/plain"))
    for kind in ("image/png", "image/jpeg"):
        if is_safe_picture(kind, data.get(kind)):
            return {kind: "".join(plain_text(data[kind]).split()), "text/plain": text}
    if "image/svg+xml" in data:
        drawing = picture_html("image/svg+xml", data["image/svg+xml"], text)
        return {"text/html": str(drawing), "text/plain": text} if drawing else {"text/plain": text}
    if "text/html" in data:
        return {"text/html": str(clean_html(plain_text(data["text/html"]))), "text/plain": text}
    return {"text/plain": text}
