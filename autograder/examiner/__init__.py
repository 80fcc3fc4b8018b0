"""Hidden tests outside the sandbox: plain pytest on the trusted side asks for the student's names."""

from autograder.examiner.notebook import StudentNotebook
from autograder.examiner.session import Candidate, Examined, collect, examine, names_asked
from autograder.examiner.standins import PLACEHOLDER, NoAnswer, StandIn, StudentError

__all__ = [
    "PLACEHOLDER",
    "Candidate",
    "Examined",
    "NoAnswer",
    "StandIn",
    "StudentError",
    "StudentNotebook",
    "collect",
    "examine",
    "names_asked",
]
