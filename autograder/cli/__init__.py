"""The command line `autograder`: thin commands over the package. docs/cli.md describes it."""

from autograder.cli.app import app, main

__all__ = ["app", "main"]
