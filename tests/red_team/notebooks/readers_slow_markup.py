# /// attack
# tries = "Writes Markdown, HTML, formulas and code that take long to be made harmless."
# threats = ["readers.slow_markup"]
# score = 12
# claim = "limits"
# ///

# %% use="honest"

# %%
from IPython.display import HTML, Latex, Markdown, display

shapes = [
    "[" * 19_000,
    "*a_" * 6_000,
    "<" * 19_000,
    "`" * 19_000,
    "> " * 9_000 + "x",
    "- " * 9_000 + "x",
    "![[" * 6_000,
]
shapes += [
    "$" * 19_000,
    "\\(" * 9_000,
    "<!--" * 4_500,
    "&#x" * 6_000,
    "| a " * 4_500 + "\n" + "|-" * 9_000,
    "\\" * 19_000,
]
for shape in shapes:
    display(Markdown(shape))
for shape in ("<div>" * 12_000, "<a b=" * 12_000, "<![CDATA[" * 6_000, "<svg><math>" * 5_000):
    display(HTML(shape))
for shape in ("{" * 1_900, "\\frac" * 380, "x^" * 900, "\\left(" * 300, "\\begin{matrix}" * 130):
    display(Latex(f"$${shape}$$"))
