"""What the coverage-guided fuzzers share: a corpus made of real values, a dictionary, a check of memory.

A fuzzer is a script: `python fuzz_codec.py CORPUS [libFuzzer's options]`. At the first input that does what
none may, it ends with a traceback and leaves the input in a file; `test_fuzzing.py` runs each for a while.
"""

from __future__ import annotations

import hashlib
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import atheris
import numpy as np

from autograder.wire import codec
from autograder.wire.codec import Handle, KerasModel, encode

VALUES: tuple[Any, ...] = (
    None,
    [True, 1, -1, 2**63, -(2**70), 0.5, float("nan"), 1 + 2j, "text ø 🙂", b"bytes", ...],
    {"a": [1, 2], "b": {"c": (1, 2, (3,))}, "": {}},
    {1: "one", (2, 3): [], None: frozenset({1, "x"})},
    {1, 2.5, "three"},
    slice(1, None, 2),
    *(np.ones(shape, dtype) for dtype in sorted(codec._DTYPES) for shape in ((), (0,), (3,), (2, 3))),
    *(np.ones(1, dtype)[0] for dtype in sorted(codec._DTYPES)),
    np.array(["one", "", "日本"]),
    Handle(7, "function", "builtins.function", "<function f>"),
    KerasModel('{"class_name": "Sequential"}', [np.ones((2, 3), np.float32), np.zeros(3)]),
    {"value": [Handle(1, "object", "a.B", "<B>"), np.zeros((4, 4), np.uint8)]},
    {"missing": "correlate2d"},
    {"unusable": "a value of type set cannot be carried"},
    {"raised": {"type": "ValueError", "builtin": ["ValueError"], "message": "no", "traceback": "…"}},
    [{"ok": True, "seconds": 0.5, "outputs": [{"output_type": "stream", "name": "stdout", "text": "hi"}]}],
    [[[[[[(([1],),)]]]]]],
)
DICTIONARY = (
    *(dtype.encode() for dtype in (*sorted(codec._DTYPES), "<U3", "|O", ">f8")),
    *(bytes([0xC7, 4, code]) for code in range(12)),
    *(bytes([0xD4 + size, code]) for size in range(5) for code in (*range(1, 12), 0xFF)),
    *(b"value", b"missing", b"unusable", b"raised", b"builtin", b"ok", b"seconds", b"outputs"),
    *(b"\xdd\x00\x00\x00\x02", b"\xdf\x00\x00\x00\x02", b"\xc6\x00\x00\x00\x08", b"\xff\xff\xff\xff"),
)


def fuzz(check: Callable[[bytes], None], seeds: Iterable[bytes]) -> None:
    """Call `check` with ever new bytes until the options on the command line say that it is enough."""
    corpus = Path(sys.argv[1])
    for seed in seeds:
        (corpus / hashlib.sha256(seed).hexdigest()).write_bytes(seed)
    words = corpus.parent / "dictionary"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in DICTIONARY))
    atheris.Setup([*sys.argv, f"-dict={words}"], check)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def encoded_values() -> list[bytes]:
    """The corpus that a decoder starts from."""
    return [encode(value) for value in VALUES]


class Memory:
    """Measures what a piece of work allocates, again and again in one process."""

    def __init__(self) -> None:
        tracemalloc.start()

    def peak(self, work: Callable[[], object]) -> int:
        """Bytes that `work` has allocated at most at any one time."""
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
