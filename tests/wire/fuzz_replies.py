"""Coverage-guided: whatever the sandbox answers is a value, an error of the student's, or no answer."""

from __future__ import annotations

import atheris

with atheris.instrument_imports(include=["autograder.wire", "autograder.examiner", "autograder.sandbox"]):
    from hostile_replies import answered, outputs_of

from fuzzing import encoded_values, fuzz


def check(data: bytes) -> None:
    answered(data)
    outputs_of(data)


if __name__ == "__main__":
    fuzz(check, encoded_values())
