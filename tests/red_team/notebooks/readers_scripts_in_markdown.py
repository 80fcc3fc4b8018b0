# /// attack
# tries = "Writes Markdown, attachments and formulas that would run scripts or load from elsewhere."
# threats = ["readers.scripts"]
# claim = "limits"
# ///

# %% use="honest"

# %% [markdown]
# <script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) [y](data:text/html,alert)
# ![p](http://evil.example/p.png) ![q](file:///etc/passwd) ![r](../../../etc/passwd) <iframe src=//evil></iframe>
# $\\href{javascript:alert(1)}{x}$ $$\\class{</math><script>alert(1)</script>}{y}$$ <!-- --!> <script>alert(1)</script>
#
# [z]: javascript:alert(1)
# [z] <details ontoggle=alert(1) open> `</pre><script>alert(1)</script>`

# %%
"</pre></div><script>alert(1)</script>"
