"""What a teacher or student opens, in a real browser: nothing of a student's runs, and no request leaves.

A web server on this machine serves the page, under a strict policy that reports whatever it has to stop, and
stands in for the attacker's, so that it hears of every request that a page makes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hostile_bank import HTML, NAME, aimed_at, hostile_bank, payload
from nbconvert import HTMLExporter
from parsed_page import Page
from sample_results import DUE, make_stub, make_test

from autograder.course import Assignment, Course
from autograder.report import DeadlineVerdict, NotebookRun, Report
from autograder.results import class_report_html, feedback_html
from autograder.results.nbgrader_course import formgrader_notebook

pytestmark = pytest.mark.browser
ReportOf = Callable[..., Report]
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; report-uri /violated"


@dataclass
class Server:
    """Serves pages, and remembers what was asked for."""

    pages: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    policy: str | None = POLICY
    address: str = ""

    def others(self) -> list[str]:
        """What was asked for beside the pages; a browser asks for the icon by itself."""
        return [path for path in self.asked if path not in self.pages and path != "/favicon.ico"]


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            page = state.pages.get(self.path, "").encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if state.policy:
                self.send_header("Content-Security-Policy", state.policy)
            self.end_headers()
            self.wfile.write(page)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            state.asked.append(f"{self.path}: {self.rfile.read(length).decode()}")
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        state.address = f"127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture
def opened(server: Server, tmp_path: Path) -> Callable[[str], str]:
    """Opens a page in a real browser; gives the document as it is after everything has loaded."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        message = "no Chromium here: the pages were not opened in a real browser"
        pytest.fail(message) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(message)

    def open_page(html: str) -> str:
        server.pages["/page.html"] = html
        command = [found, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000"]
        command += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        command += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
        done = subprocess.run(
            [*command, f"http://{server.address}/page.html"], capture_output=True, text=True, timeout=180
        )
        assert "/page.html" in server.asked, done.stderr[-2000:]
        return done.stdout

    return open_page


@pytest.fixture
def pages(
    server: Server, report_of: ReportOf, course: Course, assignment: Assignment
) -> dict[str, Callable[[], str]]:
    """Each kind of page, full of what is hostile and aimed at the listening server."""
    notebook = aimed_at(hostile_bank(), server.address)
    name = payload(NAME).replace("evil.example", server.address)
    late = DeadlineVerdict(
        status="late", due=DUE, received_at=DUE + timedelta(hours=2), factor=0.5, message=name
    )
    test = make_test("q1", "shape", "failed", message=name, details=name, title="The shape is right.")
    report = report_of(
        deadline=late,
        tests=(test,),
        flags=(name,),
        approved=None,
        run=NotebookRun(status="died", message=name),
        notes=(name,),
    )
    file = report.submission.model_copy(update={"file": f"{name}.ipynb"})
    hostile = report.model_copy(update={"student": name, "submission": file})

    def formgrader() -> str:
        shown = formgrader_notebook(make_stub(), notebook, report)
        body = HTMLExporter(template_name="basic", sanitize_html=True).from_notebook_node(shown)[0]
        return f"<!DOCTYPE html><meta charset=utf-8><title>formgrader</title><body>{body}"

    return {
        "feedback": lambda: feedback_html(hostile, notebook),
        "class report": lambda: class_report_html([hostile], course, assignment),
        "formgrader": formgrader,
    }


def title(html: str) -> str:
    """The page's title, which every script of the bank would change."""
    return Page(html).all("title")[0].get_text()


@pytest.mark.parametrize("kind", ["feedback", "class report", "formgrader"])
def test_nothing_runs_nothing_leaves_and_the_policy_has_nothing_to_stop(
    kind: str, pages: dict[str, Callable[[], str]], opened: Callable[[str], str], server: Server
) -> None:
    html = pages[kind]()
    dom = opened(html)
    assert server.others() == []
    assert title(dom) == title(html)
    assert Page(dom).dangers == []
    assert len(Page(dom).all("*")) == pytest.approx(len(Page(html).all("*")), rel=0.02)


def test_the_same_without_any_policy(
    pages: dict[str, Callable[[], str]], opened: Callable[[str], str], server: Server
) -> None:
    """What makes the pages safe is what they hold; the policy is the second line."""
    server.policy = None
    joined = "".join(
        pages[kind]().replace("http-equiv", "data-was") for kind in ("feedback", "class report", "formgrader")
    )
    dom = opened(joined)
    assert server.others() == []
    assert title(dom) == title(joined)


@pytest.mark.parametrize("policy", [POLICY, None], ids=["stopped by the policy", "without a policy"])
def test_this_browser_and_server_would_notice(
    policy: str | None, opened: Callable[[str], str], server: Server
) -> None:
    server.policy = policy
    raw = "".join(map(payload, HTML[:10])) + payload('<script>{run}</script><img src=x onerror="{run}">')
    dom = opened(f"<!DOCTYPE html><title>before</title>{raw}".replace("evil.example", server.address))
    if policy:
        assert title(dom) == "before"
        assert {path.partition(":")[0] for path in server.others()} == {"/violated"}
    else:
        assert title(dom) == "owned"
        assert {"/1", "/4", "/9", "/ran"} <= set(server.others())
