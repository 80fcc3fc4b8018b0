"""Pays once, before any fork, what every submission would pay: lazy imports, fonts, caches, the first figure.

A throwaway kernel does what notebooks do; then the state that a student could see is put back. Nothing of
TensorFlow's runtime starts here, and no GPU is touched: both would not survive a fork.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import io
import linecache
import os
import random
import sys
import traceback
import warnings
from collections.abc import Iterator

import numpy

from autograder.worker.kernel import NotebookKernel

OUTPUT_BYTES = 1 << 24

# What notebooks do, in the forms that the course uses. The third fails, as a cell of most students does.
CELLS = (
    """
import numpy as np
np.random.default_rng(0).normal(size=(2, 2)) @ np.eye(2)
print(np.linspace(0, 1, 3), f"{1.5:.2f}")
np.eye(2)
""",
    """
from IPython.display import HTML, Image, Markdown, display
display(HTML("<b>b</b>"), Markdown("*m*"))
""",
    """
def divide(by):
    return 1 / by
divide(0)
""",
)
PICTURES = (
    """
from IPython.display import Image, display
import numpy as np
import matplotlib.pyplot as plt
figure, axes = plt.subplots(2, 2, figsize=(3, 2), layout="constrained")
shown = axes[0, 0].imshow(np.eye(4), cmap="RdBu_r", vmin=-1, vmax=1)
figure.colorbar(shown, ax=axes[0, 0])
axes[0, 0].set_title("$Z_x$ and σ²")
axes[0, 1].plot([0, 1], [1, 2], "o-", label="one")
axes[0, 1].plot([0, 1], [2, 1], "--", label="two")
axes[0, 1].legend()
axes[0, 1].set(xlabel="x", ylabel="y", yscale="log")
axes[1, 0].bar(["a", "b"], [1, 2], hatch="/")
axes[1, 0].text(0, 1, "text", ha="center", bbox={"edgecolor": "red"})
axes[1, 0].annotate("here", (0, 1), (1, 1), arrowprops={"arrowstyle": "->"})
axes[1, 1].hist([1, 2, 3])
axes[1, 1].scatter([1, 2], [0, 1], c=[0, 1])
axes[1, 1].fill_between([1, 2], [0, 1], alpha=0.5)
axes[1, 1].add_patch(plt.Rectangle((1, 0), 1, 1, fill=False))
""",
    """
figure, axis = plt.subplots(figsize=(1, 1))
axis.imshow(np.zeros((2, 2, 3)))
axis.set_xticks([])
""",
)


def warm_kernel() -> NotebookKernel:
    """Return a new kernel in a process that has done everything once.

    What fails on the way only costs time later; it is told on standard error.
    """
    with _state_kept():
        try:
            _do_everything_once()
        except Exception:
            traceback.print_exc()
    kernel = NotebookKernel()
    gc.collect()
    gc.freeze()  # no collection in a child walks, and so copies, what all children share
    return kernel


def _do_everything_once() -> None:
    draws = "matplotlib.pyplot" in sys.modules
    kernel = NotebookKernel()
    try:
        for source in CELLS:
            kernel.show(source, OUTPUT_BYTES)
        if draws:
            _draw_and_read(kernel)
    finally:
        kernel.close()


def _draw_and_read(kernel: NotebookKernel) -> None:
    """Draw figures; let scikit-image, where a course has it, import what reads its photographs."""
    import matplotlib

    with matplotlib.rc_context():
        shown = [output for source in PICTURES for output in kernel.show(source, OUTPUT_BYTES)]
    pictures = [output["data"]["image/png"] for output in shown if "image/png" in output.get("data", {})]
    if "skimage" in sys.modules and pictures:
        from skimage.io import imread

        imread(io.BytesIO(base64.b64decode(pictures[0])))


@contextlib.contextmanager
def _state_kept() -> Iterator[None]:
    """Put back what a notebook could see of what went on inside."""
    environment, path, lines = dict(os.environ), sys.path[:], set(linecache.cache)
    drawn = random.getstate()
    numpy_drawn = numpy.random.get_state()
    yield
    with warnings.catch_warnings():
        pass  # lets each warning that is shown once be shown once more; filters of imported modules stay
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = path
    for name in set(linecache.cache) - lines:
        del linecache.cache[name]
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        vars(sys).pop(name, None)
    random.setstate(drawn)
    numpy.random.set_state(numpy_drawn)
