"""Property-based tests here have no time limit per example: other work may share the machine."""

from hypothesis import settings

settings.register_profile("no time limit", deadline=None)
settings.load_profile("no time limit")
