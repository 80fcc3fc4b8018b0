# /// attack
# tries = "Prints control sequences that rewrite what a terminal shows, in outputs, errors and names."
# threats = ["readers.terminal"]
# run = "died"
# says = ["Code cell 7 ended the Python process"]
# hides = ["\u001b", "\u202e"]
# claim = "limits"
# ///

# %% use="honest"

# %%
print(
    "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x1b[8mhidden\x9b31m\x1bP1;2|evil\x1b\\\\ \u202eevil\u202c \r\rover \b\b"
)

# %%
raise type("\x1b[2J", (Exception,), {})("\x1b]52;c;ZXZpbA==\x07")

# %%
import os

os._exit(7)
