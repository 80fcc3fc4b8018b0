"""Reads a page the way a browser does: every element with its attributes and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

ALLOWED_IMAGES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/svg+xml;base64,")
NEVER = {"script", "iframe", "object", "embed", "form", "input", "link", "base", "textarea", "foreignobject"}


@dataclass
class Page:
    """A parsed page; `dangers` lists whatever could run, load, restyle or leave."""

    html: str
    soup: BeautifulSoup = field(init=False)

    def __post_init__(self) -> None:
        self.soup = BeautifulSoup(self.html, "html.parser")

    def all(self, selector: str) -> list[Tag]:
        return list(self.soup.select(selector))

    def text(self, selector: str) -> str:
        return " ".join(" ".join(tag.get_text(" ").split()) for tag in self.all(selector))

    @property
    def policy(self) -> str:
        meta = self.soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
        return str(meta["content"]) if isinstance(meta, Tag) else ""

    @property
    def dangers(self) -> list[str]:
        found = [str(tag)[:80] for tag in self.soup.find_all(True) if tag.name.lower() in NEVER]
        found += [str(tag)[:80] for tag in self.soup.find_all("style")[1:]]
        found += [str(m)[:80] for m in self.soup.find_all("meta") if m.get("http-equiv") == "refresh"]
        for tag in self.soup.find_all(True):
            for name, value in tag.attrs.items():
                if _is_dangerous(tag.name, name.lower(), str(value)):
                    found.append(f"<{tag.name} {name}={str(value)[:60]}>")
        return found


def _is_dangerous(tag: str, name: str, value: str) -> bool:
    if name.startswith("on") or name in {"style", "srcdoc", "action", "formaction", "srcset", "background"}:
        return True
    if name == "src":
        return not value.startswith(ALLOWED_IMAGES)
    if name in {"href", "xlink:href"}:
        return not value.startswith(("https://", "http://", "#")) and not value.endswith("/feedback.html")
    return False
