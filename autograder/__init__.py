"""A course on convolutional networks whose weekly assignments grade themselves.

Importing this package is cheap on purpose: the sandboxed worker imports it only to reach
`autograder.wire`, and nothing of the grader may come along.
"""

__version__ = "0.1.0"
