"""A notebook runs in every sandbox as it does in Jupyter, and what it shows is kept for the feedback."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from asking import ask, call, output_of, rich_outputs, run, value

from autograder.sandbox import Slot


def test_cells_run_in_order_in_one_namespace(slot: Slot) -> None:
    ran = run(slot, "x = 1", "x += 1", "x")
    assert rich_outputs(ran) == [{"text/plain": "2"}]


def test_what_is_printed_is_kept_by_stream(slot: Slot) -> None:
    ran = run(
        slot, "import sys, warnings\nprint('out')\nprint('err', file=sys.stderr)\nwarnings.warn('careful')"
    )
    streams = [(output["name"], output["text"]) for output in ran.cells[0]["outputs"]]
    assert streams[0] == ("stdout", "out\n")
    assert streams[1][0] == "stderr" and streams[1][1].startswith("err\n") and "careful" in streams[1][1]


def test_an_error_is_shown_and_the_next_cell_runs(slot: Slot) -> None:
    ran = run(slot, "def f(): return 1 / 0\nf()", "after = True")
    (error,) = ran.cells[0]["outputs"]
    assert (error["output_type"], error["ename"], error["evalue"]) == (
        "error",
        "ZeroDivisionError",
        "division by zero",
    )
    assert any("return 1 / 0" in line for line in error["traceback"])
    assert [cell["ok"] for cell in ran.cells] == [False, True]


def test_a_syntax_error_costs_only_its_cell(slot: Slot) -> None:
    ran = run(slot, "def f(:", "after = True")
    assert output_of(ran, 0).startswith("SyntaxError")
    assert value(slot, "after") is True


def test_an_error_whose_message_cannot_be_shown(slot: Slot) -> None:
    cell = "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd"
    ran = run(slot, cell, "after = True")
    assert [cell["ok"] for cell in ran.cells] == [False, True]


MAGICS = (
    ("!echo from the shell", "from the shell"),
    ("%timeit -n1 -r1 pass", "loop"),
    ("%%time\nx = 1", "Wall time"),
    ("%pwd", ""),
    ("%matplotlib inline", ""),
    ("%config InlineBackend.figure_format = 'retina'", ""),
    ("%load_ext autoreload\n%autoreload 2", ""),
    ("files = !ls\nprint(type(files).__name__)", "SList"),
    ("%%bash\necho in bash", "in bash"),
    ("print?", ""),
)


def test_magics_work(slot: Slot) -> None:
    ran = run(slot, *(cell for cell, _ in MAGICS))
    for index, (_, shown) in enumerate(MAGICS):
        assert ran.cells[index]["ok"], output_of(ran, index)
        assert shown in output_of(ran, index)


def test_display_and_rich_output_are_kept(slot: Slot) -> None:
    ran = run(
        slot,
        "from IPython.display import HTML, Markdown\ndisplay(Markdown('**bold**')); HTML('<b>b</b>')",
        "class Two:\n    def _repr_html_(self): return '<i>2</i>'\nTwo()",
    )
    assert [data.get("text/markdown") for data in rich_outputs(ran, 0)] == ["**bold**", None]
    assert rich_outputs(ran, 0)[1]["text/html"] == "<b>b</b>"
    assert rich_outputs(ran, 1)[0]["text/html"] == "<i>2</i>"


def test_numbers_of_numpy_in_what_is_displayed_become_plain_numbers(slot: Slot) -> None:
    shown = '{"application/json": {"mean": np.float64(0.5), "count": np.int64(3), "sure": np.bool_(True)}}'
    ran = run(slot, f"import numpy as np\nfrom IPython.display import display\ndisplay({shown}, raw=True)")
    ((output,),) = [cell["outputs"] for cell in ran.cells]
    assert output["data"] == {"application/json": {"mean": 0.5, "count": 3, "sure": True}}


def pictures_of_plots(slot: Slot) -> list[bytes]:
    """What two cells that plot show, one picture each; after them no figure is left."""
    ran = run(
        slot,
        "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()",
        "plt.imshow([[1, 2]]);",
        "print(plt.get_fignums())",
    )
    assert output_of(ran, 2) == "[]\n"
    shown = [
        [data["image/png"] for data in rich_outputs(ran, cell) if "image/png" in data] for cell in (0, 1)
    ]
    assert [len(pictures) for pictures in shown] == [1, 1]
    return [base64.b64decode(picture) for pictures in shown for picture in pictures]


def test_a_plot_is_a_picture(slot: Slot) -> None:
    for picture in pictures_of_plots(slot):
        assert picture.startswith(b"\x89PNG")


def test_a_plot_is_a_picture_where_the_notebook_is_the_first_to_import_matplotlib(slot: Slot) -> None:
    with Slot(slot.sandbox, replace(slot.spec, preload=("numpy",))) as cold:
        for picture in pictures_of_plots(cold):
            assert picture.startswith(b"\x89PNG")


def test_clear_output_clears(slot: Slot) -> None:
    ran = run(
        slot, "from IPython.display import clear_output\nprint('first')\nclear_output()\nprint('second')"
    )
    assert output_of(ran) == "second\n"


def test_await_works_at_the_top_level(slot: Slot) -> None:
    run(slot, "import asyncio\nasync def f(): await asyncio.sleep(0); return 5\nx = await f()")
    assert value(slot, "x") == 5


def test_input_says_that_nobody_is_there(slot: Slot) -> None:
    ran = run(slot, "name = input('Who? ')", "after = True")
    assert "input() cannot be answered" in output_of(ran, 0)
    assert value(slot, "after") is True


def test_check_cells_do_nothing(slot: Slot) -> None:
    ran = run(
        slot, "import otter\ngrader = otter.Notebook('x.ipynb')", "grader.check('q1')", "grader.check_all()"
    )
    assert [(cell["ok"], cell["outputs"]) for cell in ran.cells] == [(True, [])] * 3


def test_cells_that_are_skipped_count_as_run(slot: Slot) -> None:
    result = slot.run(["x = 1", "x = 2", "y = x"], {}, seed=1, skip=[1])
    assert [cell["ok"] for cell in result.cells] == [True, True, True]  # type: ignore[union-attr]
    assert value(slot, "y") == 1


def test_random_numbers_without_a_seed_are_the_same_for_the_same_seed(slot: Slot) -> None:
    draw = "import numpy as np, random\nx = [*np.random.rand(3).tolist(), random.random()]"
    drawn = []
    for seed in (5, 5, 6):
        run(slot, draw, seed=seed)
        drawn.append(value(slot, "x"))
    assert drawn[0] == drawn[1] != drawn[2]


def test_files_lie_beside_the_notebook_and_modules_can_be_imported(slot: Slot) -> None:
    files = {"helper.py": b"def f(): return 3\n", "data/numbers.txt": b"1 2 3", "\xf8.bin": bytes(range(256))}
    run(
        slot,
        "import helper; three = helper.f()",
        "numbers = open('data/numbers.txt').read()\nraw = open('\xf8.bin', 'rb').read()",
        "open('mine.txt', 'w').write('kept'); mine = open('mine.txt').read()",
        files=files,
    )
    assert (value(slot, "three"), value(slot, "numbers"), value(slot, "mine")) == (3, "1 2 3", "kept")
    assert value(slot, "raw") == bytes(range(256))


def test_a_module_of_the_students_that_hides_a_package_hurts_only_the_student(slot: Slot) -> None:
    files = {"numpy.py": b"raise RuntimeError", "msgpack.py": b"", "sitecustomize.py": b"raise SystemExit"}
    run(slot, "import numpy as np\nx = np.arange(3)", files=files)
    assert value(slot, "x").tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "hook",
    [
        "get_ipython().ast_transformers.append(object())",
        "get_ipython().input_transformers_post.append(lambda lines: ['x = 0\\n'])",
        "get_ipython().events.register('pre_run_cell', lambda *_: 1 / 0)",
        "get_ipython().showtraceback = None",
        "get_ipython().run_cell = None",
        "get_ipython().reset()",
        "import sys; sys.stdout = sys.stderr = None",
        "import sys; sys.modules.clear()",
        "import builtins; builtins.isinstance = lambda *_: True",
        "import autograder.wire.codec as c; c.encode = lambda *_, **__: b''",
        "import threading; threading.settrace(lambda *_: 1 / 0)",
        "import sys; sys.setrecursionlimit(50)",
        "del get_ipython",
    ],
)
def test_a_notebook_that_breaks_its_own_kernel_hurts_only_itself(slot: Slot, hook: str) -> None:
    result = slot.run([hook, "x = 1"], {}, seed=1)
    assert result is not None
    ask(slot, {"do": "get", "name": "x"})


def test_what_is_asked_is_missing_or_raises_in_words(slot: Slot) -> None:
    run(slot, "def f(x): return {}[x]")
    assert ask(slot, {"do": "get", "name": "nothing"}) == {"missing": "nothing"}
    raised = call(slot, "f", "key")["raised"]
    assert (raised["type"], raised["message"]) == ("KeyError", "'key'")
    assert raised["builtin"][:3] == ["KeyError", "LookupError", "Exception"]
    assert "return {}[x]" in raised["traceback"]


@pytest.mark.parametrize(
    "error", ["KeyboardInterrupt", "SystemExit(0)", "GeneratorExit", "BaseException('x')"]
)
def test_whatever_a_call_raises_is_an_answer(slot: Slot, error: str) -> None:
    run(slot, f"def f(): raise {error}")
    assert "raised" in call(slot, "f")
    assert "raised" in call(slot, "f")
