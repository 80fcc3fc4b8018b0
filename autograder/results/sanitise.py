"""Makes what comes from a student safe to show: text, code, Markdown, HTML, pictures and formulas.

Everything that leaves this module as `Markup` is free of scripts, styles, classes, ids, event handlers
and addresses that a browser would load, whatever went in.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import struct
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

import nh3
from latex2mathml.converter import convert_to_element
from markupsafe import Markup, escape
from mistune import HTMLRenderer
from mistune.util import striptags
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

LONGEST_MARKDOWN = 20_000
MOST_FORMULAS = 300  # in one piece of Markdown; an unclosed one is looked for to the end of the text
LONGEST_CODE = 50_000
REMEMBERED, LONGEST_REMEMBERED = 500, 10_000  # cells, characters: most of a notebook is the same for everyone
MOST_TAGS = 20_000
DEEPEST = 100  # elements of one name inside each other; the cleaner's time grows with the square of the depth
LONGEST_FORMULA = 2_000
LARGEST_PICTURE = 40_000_000  # pixels; a browser needs four bytes for each

ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
BIDIRECTIONAL = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
FORMULA_START = re.compile(r"\$\$|\\\\[(\[]|\\begin\{")
PLACEHOLDER = re.compile("\ue000([0-9]+)\ue001")
PRIVATE = re.compile("[\ue000\ue001]")


def plain_text(value: object) -> str:
    """A notebook's text (a string, or a list of them) without control characters and terminal sequences.

    A carriage return takes the line back to its start, as in a terminal. Anything but text gives "".
    """
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    text = value.encode("utf-8", "replace").decode("utf-8")
    text = ESCAPE_SEQUENCE.sub("", text.replace("\r\n", "\n"))
    text = "\n".join(_after_carriage_return(line) for line in text.split("\n"))
    return BIDIRECTIONAL.sub("", CONTROL.sub("", text))


def _after_carriage_return(line: str) -> str:
    parts = [part for part in line.split("\r") if part]
    return parts[-1] if parts else ""


def _remembered(show: Callable[[str], Markup]) -> Callable[[str], Markup]:
    """Keep what was made of the last short texts; a long one is made each time."""
    show_short = lru_cache(REMEMBERED)(show)
    return lambda text: show_short(text) if len(text) <= LONGEST_REMEMBERED else show(text)


def code_html(source: str) -> Markup:
    """Python source with Pygments' class names; text longer than 50,000 characters stays without colour."""
    source = plain_text(source)
    if len(source) > LONGEST_CODE:
        return escape(source)
    return _coloured(source)


@_remembered
def _coloured(source: str) -> Markup:
    formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
    return Markup(highlight(source, PythonLexer(stripnl=False, ensurenl=False), formatter))


def formula_html(latex: str, *, display: bool) -> Markup:
    """LaTeX as MathML; what cannot be converted is shown as it was written."""
    source = plain_text(latex).strip()
    try:
        if len(source) > LONGEST_FORMULA:
            raise ValueError("too long")
        element = convert_to_element(source, display="block" if display else "inline")
        return Markup(tostring(_safe_mathml(element), encoding="unicode"))
    except Exception:  # the converter's ways to fail on odd input are many and undocumented
        return Markup("<code>{}</code>").format(source)


# fmt: off
MATHML_TAGS = frozenset(
    {
        "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle",
        "mpadded", "mphantom", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts",
        "mprescripts", "none", "mtable", "mtr", "mtd", "menclose"
    }
)
# fmt: on
# fmt: off
MATHML_ATTRIBUTES = frozenset(
    {
        "display", "mathvariant", "stretchy", "fence", "separator", "form", "accent", "accentunder",
        "movablelimits", "displaystyle", "scriptlevel", "columnalign", "rowalign", "linethickness",
        "notation", "largeop"
    }
)
# fmt: on


def _safe_mathml(element: Element) -> Element:
    """The same tree with known elements and attributes only, its text decoded so that it is escaped once."""
    tag = element.tag if element.tag in MATHML_TAGS else "mrow"
    kept = {name: value for name, value in element.attrib.items() if name in MATHML_ATTRIBUTES}
    safe = Element(tag, kept)
    safe.text = html.unescape(element.text) if element.text else None
    safe.extend(_safe_mathml(child) for child in element)
    return safe


def picture_html(kind: str, data: object, description: str) -> Markup | None:
    """An `<img>` with the picture inside, or None where it is not what it says it is.

    `kind` is a MIME type: image/png and image/jpeg (base64, checked down to their size in pixels), or
    image/svg+xml (text), which as an image can neither run scripts nor load anything.
    """
    content = _picture_content(kind, data)
    if content is None:
        return None
    encoded = base64.b64encode(content).decode("ascii")
    return Markup('<img src="data:{};base64,{}" alt="{}">').format(kind, encoded, description)


def is_safe_picture(kind: str, data: object) -> bool:
    """Whether `data` is, in base64, the PNG or JPEG that `kind` says."""
    return kind != "image/svg+xml" and _picture_content(kind, data) is not None


def _picture_content(kind: str, data: object) -> bytes | None:
    text = "".join(data) if isinstance(data, list) and all(isinstance(part, str) for part in data) else data
    if not isinstance(text, str):
        return None
    if kind == "image/svg+xml":
        return text.encode("utf-8", "replace") if "<svg" in text else None
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if _is_picture(kind, content) else None


def _is_picture(kind: str, content: bytes) -> bool:
    """Whether `content` is a PNG or JPEG, as `kind` says, of a size that a browser can show."""
    size = {"image/png": _png_size, "image/jpeg": _jpeg_size}.get(kind, lambda _: None)(content)
    return size is not None and 0 < size[0] * size[1] <= LARGEST_PICTURE


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 33:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the first frame header (ITU-T T.81, B.2.2)."""
    if content[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


PICTURE_KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
}
# fmt: off
SHOWN_TAGS = frozenset(
    {
        "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del",
        "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
        "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span",
        "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u",
        "ul", "var"
    }
)
# fmt: on
# fmt: off
DROPPED_WITH_CONTENT = frozenset(
    {
        "applet", "audio", "button", "canvas", "embed", "form", "head", "iframe", "input", "link", "math",
        "meta", "noembed", "noframes", "noscript", "object", "script", "select", "style", "svg", "template",
        "textarea", "title", "video", "xmp"
    }
)
# fmt: on
NEVER_NESTED = frozenset({"br", "hr", "img", "col", "wbr", "p", "li", "tr", "td", "th", "dt", "dd"})
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}


def clean_html(source: str) -> Markup:
    """HTML with nothing left but text, tables, lists, emphasis, web links and pictures carried inside.

    HTML with more than 20,000 tags, or 100 of one name inside each other, is shown as it was written.
    """
    source = plain_text(source)
    if _is_tangled(source):
        return Markup("<pre>{}</pre>").format(source)
    cleaned = nh3.clean(
        source,
        tags=set(SHOWN_TAGS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(_demote_headings(cleaned))


def _is_tangled(source: str) -> bool:
    """Whether HTML would take long to clean, judged by how many elements are open at a time."""
    if source.count("<") > MOST_TAGS:
        return True
    open_tags: Counter[str] = Counter()
    for closing, tag in re.findall(r"<(/?)([A-Za-z][A-Za-z0-9]*)", source):
        name = tag.lower()
        if name not in NEVER_NESTED:
            open_tags[name] = max(0, open_tags[name] + (-1 if closing else 1))
            if open_tags[name] > DEEPEST:
                return True
    return False


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What becomes of an attribute of a student's HTML; None takes it out."""
    if PRIVATE.search(value):
        return None
    if name == "href":
        return value if re.match(r"https?://", value, re.IGNORECASE) else None
    if name == "src":
        return value if _is_picture_address(value) else None
    if name in {"colspan", "rowspan", "start"}:
        return value if re.fullmatch(r"[0-9]{1,3}", value) else None
    return value


def _is_picture_address(address: str) -> bool:
    found = re.fullmatch(r"data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=\s]*)", address)
    return found is not None and _picture_content(found[1], found[2]) is not None


def _demote_headings(cleaned: str) -> str:
    """The page's own headings are h1 and h2; a student's begin at h3."""
    return re.sub(r"(?<=<)(/?)h([1-6])(?=[ >])", lambda m: f"{m[1]}h{min(int(m[2]) + 2, 6)}", cleaned)


def markdown_html(
    source: str, attachments: Mapping[str, Mapping[str, object]] | None = None, pictures: Path | None = None
) -> Markup:
    """Markdown as Jupyter shows it, with formulas as MathML and pictures carried inside.

    Args:
        source: Markdown; shown as it was written beyond 20,000 characters or 300 displayed formulas.
        attachments: the cell's own pictures: name to MIME type to base64.
        pictures: a trusted folder with the pictures that ship with the notebook.
    """
    text = PRIVATE.sub("", plain_text(source))
    if is_too_much(text):
        return Markup("<pre>{}</pre>").format(text)
    if "![" in text:
        return _rendered(text, _Renderer(attachments or {}, pictures))
    return _rendered_without_pictures(text)


@_remembered
def _rendered_without_pictures(text: str) -> Markup:
    return _rendered(text, _Renderer({}, None))


def _rendered(text: str, renderer: _Renderer) -> Markup:
    try:
        rendered = MarkdownWithMath(renderer=renderer).render(text)
    except RecursionError:
        return Markup("<pre>{}</pre>").format(text)
    return Markup(PLACEHOLDER.sub(renderer.put_back, clean_html(rendered)))


def is_too_much(markdown: str) -> bool:
    """Whether rendering this Markdown could take long."""
    return len(markdown) > LONGEST_MARKDOWN or len(FORMULA_START.findall(markdown)) > MOST_FORMULAS


class _Renderer(HTMLRenderer):
    """Renders to HTML that still has to be cleaned; what is safe already waits behind placeholders.

    A placeholder is two private characters around a number. The cleaner drops every attribute that holds
    one, so that they only ever stand where text stands; a student who forges one repeats a safe piece.
    """

    def __init__(self, attachments: Mapping[str, Mapping[str, object]], pictures: Path | None) -> None:
        super().__init__(escape=False)
        self._attachments = attachments
        self._pictures = pictures
        self._kept: list[Markup] = []

    def put_back(self, found: re.Match[str]) -> str:
        number = int(found[1]) if len(found[1]) < 6 else len(self._kept)
        return self._kept[number] if number < len(self._kept) else ""

    def _keep(self, safe: Markup) -> str:
        self._kept.append(safe)
        return f"\ue000{len(self._kept) - 1}\ue001"

    def block_math(self, body: str) -> str:
        return self._keep(formula_html(body, display=True))

    def inline_math(self, body: str) -> str:
        return self._keep(formula_html(body, display=False))

    def latex_environment(self, name: str, body: str) -> str:
        return self._keep(formula_html(rf"\begin{{{name}}}{body}\end{{{name}}}", display=True))

    def block_code(self, code: str, info: str | None = None) -> str:
        is_python = (info or "").split()[:1] in (["python"], ["py"], ["python3"], ["ipython3"])
        content = code_html(code) if is_python else escape(code)
        return self._keep(Markup('<pre class="code">{}</pre>').format(content))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        description = striptags(text)
        return self._keep(self._picture(url, description) or missing_picture(description))

    def _picture(self, url: str, description: str) -> Markup | None:
        if url.startswith("attachment:"):
            contents = self._attachments.get(url.removeprefix("attachment:"), {})
            offered = contents.items() if isinstance(contents, Mapping) else ()
            made = (picture_html(kind, data, description) for kind, data in offered)
            return next((picture for picture in made if picture is not None), None)
        if _is_picture_address(url):
            kind, _, data = url.removeprefix("data:").partition(";base64,")
            return picture_html(kind, data, description)
        return self._shipped_picture(url, description)

    def _shipped_picture(self, url: str, description: str) -> Markup | None:
        kind = PICTURE_KINDS.get(Path(url).suffix.lower())
        if self._pictures is None or kind is None or len(url) > 200:
            return None
        path = (self._pictures / url).resolve()
        if not path.is_relative_to(self._pictures.resolve()) or not path.is_file():
            return None
        content = path.read_bytes()
        is_text = kind == "image/svg+xml"
        data = content.decode("utf-8", "replace") if is_text else base64.b64encode(content).decode("ascii")
        return picture_html(kind, data, description)


def missing_picture(description: str) -> Markup:
    """What stands where a picture cannot be shown."""
    return Markup("<em>[picture not shown{}]</em>").format(f": {description}" if description else "")
