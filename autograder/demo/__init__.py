"""Simulated students whose work is graded for real: a class of 24 in the first week, eight in every week."""

from autograder.demo.class_of_24 import FIRST_WEEK, class_of_24
from autograder.demo.eight_students import EIGHT, eight_students
from autograder.demo.hand_in import Expected, HandIn, copy_course, hand_in

__all__ = [
    "EIGHT",
    "FIRST_WEEK",
    "Expected",
    "HandIn",
    "class_of_24",
    "copy_course",
    "eight_students",
    "hand_in",
]
