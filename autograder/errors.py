"""Every error that a user of the autograder can cause, with its exit code and what to do about it.

The command line prints these as a sentence and never as a traceback.
"""

from __future__ import annotations

import errno
from pathlib import Path

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_ENVIRONMENT = 3
EXIT_UNEXPECTED = 70
EXIT_INTERRUPTED = 130

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


_MORE_ROOM = "Make room there, then run the same command again; what is done is kept."
_MORE_RIGHTS = "You need permission to write there; or choose another folder."
_REMEDIES = {
    **dict.fromkeys(NO_ROOM, _MORE_ROOM),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _MORE_RIGHTS),
}


class AutograderError(Exception):
    """Base class. `remedy` says in one sentence what the user can do next."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.remedy}" if self.remedy else self.message


class ConfigurationError(AutograderError):
    """A file that an author writes is wrong: names the file, the field, what came, what is allowed."""

    exit_code = EXIT_BAD_INPUT

    def __init__(
        self, path: Path, problem: str, *, field: str | None = None, remedy: str | None = None
    ) -> None:
        where = f"{path}: {field}" if field else str(path)
        super().__init__(f"{where}: {problem}", remedy=remedy)
        self.path = path
        self.field = field


class BuildError(ConfigurationError):
    """An assignment cannot be built, or its release would give something away."""


class StaleBuildError(AutograderError):
    """`build --check`: release/ or solutions/ is not what the sources would build."""


class SubmissionError(AutograderError):
    """A submission, a receipt or a folder of submissions cannot be used."""

    exit_code = EXIT_BAD_INPUT


class SandboxError(AutograderError):
    """The sandbox itself failed (not the student's code in it)."""

    exit_code = EXIT_ENVIRONMENT


class SandboxUnavailableError(SandboxError):
    """This machine cannot run the sandbox that was asked for."""


class ClusterError(AutograderError):
    """The cluster cannot be reached, or its workers cannot do what is asked of them."""

    exit_code = EXIT_ENVIRONMENT


class GradebookError(AutograderError):
    """The gradebook's database cannot be opened or written."""

    exit_code = EXIT_ENVIRONMENT


class OutputError(AutograderError):
    """A file or folder cannot be read or written where it was asked for."""

    exit_code = EXIT_ENVIRONMENT

    @classmethod
    def of(cls, error: OSError, path: Path | None = None) -> OutputError:
        """Say what the system has refused, at `path` or where it says itself, and what to do about it."""
        where = path if path is not None else error.filename or "a file"
        reason = (error.strerror or "cannot be used").lower()
        return cls(f"{where}: {reason}", remedy=_REMEDIES.get(error.errno or 0))


class MissingPackageError(AutograderError):
    """A command needs a package that only some users install."""

    exit_code = EXIT_ENVIRONMENT


class VerificationError(AutograderError):
    """`verify`: an assignment does not keep what it promises."""
