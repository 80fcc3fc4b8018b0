"""Automatic mutants of a reference: does a test notice when one place of a solution is changed?"""

from autograder.mutants.killing import Change, MutantReport, try_mutants

__all__ = ["Change", "MutantReport", "try_mutants"]
