"""Whatever plain data a sandbox replies with, the grader goes on: a value, an error, or no answer."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hostile_replies import answered, outputs_of
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_values import any_value

from autograder.grading import with_outputs
from autograder.results.feedback import _safe_outputs
from autograder.results.store import notebook_bytes
from autograder.wire.codec import Handle, encode

KINDS = ("value", "missing", "unusable", "raised")
BUILTINS = ("ValueError", "NotImplementedError", "SystemExit", "KeyboardInterrupt", "BaseException", "Exit")
texts = st.text(max_size=8)
raised = st.fixed_dictionaries(
    {},
    optional={
        "type": any_value | texts,
        "builtin": st.lists(st.sampled_from(BUILTINS) | any_value, max_size=3) | any_value,
        "message": any_value | texts,
        "traceback": any_value | texts,
    },
)
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
bundle = st.dictionaries(st.sampled_from(["text/html", "image/png", "text/plain"]), json_like)
output = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "display_data", "execute_result", "error"]) | json_like},
    optional={
        name: json_like
        | st.dictionaries(st.sampled_from(["text/html", "image/png", "text/plain"]), json_like)
        for name in ("name", "text", "data", "metadata", "execution_count", "ename", "evalue", "traceback")
    },
)


@settings(max_examples=100)
@given(any_value | st.dictionaries(st.sampled_from(KINDS), any_value, min_size=1, max_size=2))
def test_any_reply_is_a_value_an_error_or_no_answer(reply: Any) -> None:
    assert answered(encode(reply)) in ("value", "raised", "no answer")


@settings(max_examples=60)
@given(raised)
def test_any_account_of_an_error_is_the_students_error_or_no_answer(account: dict[str, Any]) -> None:
    assert answered(encode({"raised": account})) in ("raised", "no answer")


@settings(max_examples=60)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_value_an_error_or_no_answer(reply: bytes) -> None:
    answered(reply)
    outputs_of(reply)


@settings(max_examples=60)
@given(any_value)
def test_any_outcome_of_a_run_is_one_or_none(reply: Any) -> None:
    outputs_of(encode(reply))
    outputs_of(encode([{"ok": True, "seconds": 0.5, "outputs": reply}]))


@settings(max_examples=60)
@given(st.lists(output | json_like, max_size=4))
def test_any_outputs_of_a_run_can_be_stored_and_shown(outputs: list[Any]) -> None:
    reply = encode([{"ok": True, "seconds": 0.5, "outputs": outputs}])
    results = outputs_of(reply)
    assert results is not None
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1", id="only")])
    stored = json.loads(notebook_bytes(with_outputs(notebook, results)))
    _safe_outputs(stored["cells"][0])


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ({"value": 3}, "value"),
        ({"value": Handle(1, "function", "f", "<f>")}, "value"),
        ({"raised": {"type": "ValueError", "builtin": ["ValueError"], "message": "no"}}, "raised"),
        ({"missing": "x"}, "no answer"),
        ({"value": 3, "missing": 1}, "no answer"),
        ({"passed": True}, "no answer"),
        (3, "no answer"),
    ],
)
def test_what_each_kind_of_reply_is(reply: Any, outcome: str) -> None:
    assert answered(encode(reply)) == outcome
