"""The shell of every page: one style sheet, no script, and a policy that forbids everything else."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def render_page(template: str, **values: object) -> str:
    """Fill one of `templates/`, with the style sheet inside and its digest in the page's policy.

    The same values give the same bytes.
    """
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template(template).render(style=Markup(style), policy=policy, **values)


def points(number: float) -> str:
    """Points with at most two decimals and none that say nothing: 2, 2.5, 0.33."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def local_time(moment: datetime | None, timezone: str) -> str:
    """A moment on the course's clock, with its offset."""
    if moment is None:
        return "unknown"
    local = moment.astimezone(ZoneInfo(timezone))
    offset = local.strftime("%z")
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} (UTC{offset[:3]}:{offset[3:]})"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.results"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["points"] = points
    return environment


@cache
def _style() -> str:
    return files("autograder.results").joinpath("templates/page.css").read_text(encoding="utf-8")
