"""Receipts: who handed in which file and when, as written down by the side that received it.

`receipts.jsonl` lies beside the submissions, on the receiving side, where students cannot write. A receipt
fits one student and one content (SHA-256 of the notebook's bytes), and one assignment where it names one.
With a secret of the course, receipts are signed, and then only signed ones count.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from autograder.deadlines import instant
from autograder.errors import SubmissionError
from autograder.jsonlines import append_record, read_records
from autograder.names import ShortText, StudentId

MANIFEST = "receipts.jsonl"
SECRET_VARIABLE = "AUTOGRADER_RECEIPT_SECRET"
SECRET_BYTES = 16
_SIGNED_FIELDS = ("assignment", "channel", "file", "received_at", "sha256", "student")


def _received_at(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("not a time in ISO 8601 such as 2026-10-02T21:03:07+02:00") from None
    if not isinstance(value, datetime):
        raise ValueError("write the time as text in ISO 8601")
    if value.utcoffset() is None:
        raise ValueError("the time needs its offset from UTC, as in 2026-10-02T21:03:07+02:00")
    return instant(value)


class Receipt(BaseModel):
    """One line of the manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    student: StudentId
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the notebook's bytes, lower case")
    received_at: Annotated[datetime, BeforeValidator(_received_at)] = Field(
        description="ISO 8601 with an offset from UTC; kept in UTC"
    )
    assignment: str | None = Field(default=None, description="without it, the receipt fits any assignment")
    file: ShortText | None = Field(default=None, description="the name it came under; not compared")
    channel: ShortText | None = Field(default=None, description="how it came: an LMS, a form, by e-mail")
    signature: str | None = Field(default=None, description="see `sign`")


def sign(receipt: Receipt, secret: bytes) -> Receipt:
    """The receipt with its signature: HMAC-SHA256 (RFC 2104) in hexadecimal, over all the other fields."""
    return receipt.model_copy(update={"signature": _signature(receipt, secret)})


def verify(receipt: Receipt, secret: bytes) -> bool:
    """Whether the receipt carries the signature that `sign` gives it."""
    given = (receipt.signature or "").encode(errors="replace")
    return hmac.compare_digest(given, _signature(receipt, secret).encode())


def append_receipt(manifest: Path, receipt: Receipt) -> None:
    """Add a receipt to a manifest, for the receiving side.

    Raises:
        SubmissionError: the manifest cannot be written.
    """
    append_record(manifest, receipt)


def secret_from(environment: Mapping[str, str]) -> bytes | None:
    """The course's secret from `AUTOGRADER_RECEIPT_SECRET`, or None where it is not set.

    Raises:
        SubmissionError: it is shorter than 16 bytes.
    """
    secret = environment.get(SECRET_VARIABLE, "").encode()
    if not secret:
        return None
    if len(secret) < SECRET_BYTES:
        raise SubmissionError(
            f"{SECRET_VARIABLE}: a secret of {len(secret)} bytes can be guessed",
            remedy=f"Use at least {SECRET_BYTES} random bytes, for example from `openssl rand -hex 32`.",
        )
    return secret


@dataclass(frozen=True)
class Receipts:
    """The receipts that may be trusted, and what to say where none fits.

    `refused` holds receipts, with their lines, whose signature is wrong; `checked` says whether signatures
    were looked at. Without a manifest, `absence` says why there is none.
    """

    manifest: Path | None
    trusted: tuple[Receipt, ...] = ()
    refused: tuple[tuple[int, Receipt], ...] = ()
    absence: str = ""
    checked: bool = False

    @classmethod
    def none(cls, absence: str) -> Receipts:
        """No manifest; `absence` is the sentence that says why."""
        return cls(manifest=None, absence=absence)

    @classmethod
    def read(cls, manifest: Path, *, secret: bytes | None = None) -> Receipts:
        """Read a manifest. With a `secret`, a receipt without its right signature is refused.

        Raises:
            SubmissionError: the file cannot be read, or a line of it is wrong (names the line).
        """
        records = read_records(manifest, Receipt)
        trusted, refused = [], []
        for line, receipt in records:
            if secret is None or verify(receipt, secret):
                trusted.append(receipt)
            else:
                refused.append((line, receipt))
        return cls(
            manifest=manifest, trusted=tuple(trusted), refused=tuple(refused), checked=secret is not None
        )

    def fitting(self, student: str, sha256: str, assignment: str) -> Receipt | None:
        """The earliest receipt of this content from this student, or None."""
        fits = [
            receipt
            for receipt in self.of(student)
            if receipt.sha256 == sha256 and receipt.assignment in (None, assignment)
        ]
        return min(fits, key=lambda receipt: receipt.received_at, default=None)

    def of(self, student: str) -> list[Receipt]:
        """All of a student's trusted receipts, in the manifest's order."""
        return self._by_student.get(student, [])

    @cached_property
    def _by_student(self) -> dict[str, list[Receipt]]:
        found: dict[str, list[Receipt]] = defaultdict(list)
        for receipt in self.trusted:
            found[receipt.student].append(receipt)
        return found

    @cached_property
    def _contents(self) -> set[str]:
        return {receipt.sha256 for receipt in self.trusted}

    def why_none(self, student: str, sha256: str, assignment: str) -> str:
        """A sentence why no receipt fits, and what to do about it. It names no other student."""
        return f"{self._reason(student, sha256, assignment)} {_REMEDY.format(sha256=sha256)}"

    def _reason(self, student: str, sha256: str, assignment: str) -> str:
        if self.manifest is None:
            return self.absence
        if any(receipt.student == student and receipt.sha256 == sha256 for _, receipt in self.refused):
            return "There is a receipt for this file, but its signature is missing or does not fit."
        own = self.of(student)
        if any(receipt.sha256 == sha256 for receipt in own):
            return f"The receipt for this file is for another assignment than {assignment}."
        if own:
            return "The receipts of this student are for other files: this one is not what was received."
        if sha256 in self._contents:
            return "The receipt for this file is for another student."
        return f"{MANIFEST} has no receipt for this student."


_REMEDY = (
    "To fix it, whoever received the file adds a line with student, sha256 {sha256} and received_at "
    f"(with offset) to {MANIFEST} and grades again."
)


def _signature(receipt: Receipt, secret: bytes) -> str:
    fields = receipt.model_dump(include=set(_SIGNED_FIELDS))
    fields["received_at"] = receipt.received_at.isoformat(timespec="microseconds")
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hmac.new(secret, b"autograder receipt 1\n" + canonical.encode(), hashlib.sha256).hexdigest()
