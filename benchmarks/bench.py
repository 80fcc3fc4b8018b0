"""Measured comparisons: `make bench`.

Without options: the scaffold's small assignment, w01 (NumPy and plots) and one week with TensorFlow, graded
side by side by nbgrader, otter-grader and this grader. `--weeks`: what a submission of every week costs. Two
measurements have commands of their own: `curve.py` (is the cost flat from 10 to 1,000 submissions?) and
`regrading.py` (a second run).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from comparison import NO_OTTER_GRADE, Size, compare
from small_course import NAME as SMALL
from small_course import small_course
from weeks import print_week, print_weeks

from autograder.course import Course
from autograder.image.build import image_name
from autograder.sandbox import best_available, provider

SIZES = {SMALL: Size(nbgrader=10, otter=4, ours=150), "w01_corner_filter": Size(nbgrader=5, otter=2, ours=30)}
WITH_TENSORFLOW = Size(nbgrader=2, otter=1, ours=5)
COMPARED = (SMALL, "w01_corner_filter", "w03_batch_norm")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assignment", help="compare in this week alone")
    parser.add_argument("--weeks", action="store_true", help="what a submission costs, a row for each week")
    parser.add_argument("--alone", action="store_true", help="this grader alone: own cells, and what it adds")
    parser.add_argument("--copies", type=int, help="with --weeks and --alone; default: 5 and 40")
    parser.add_argument("--repetitions", type=int, default=3, help="of the comparison; default: 3")
    parser.add_argument("--sandbox", help="docker, bubblewrap or process (default: the best there is)")
    arguments = parser.parse_args()
    if arguments.copies is not None and arguments.copies < 2:
        parser.error("--copies: at least 2, as the first one, which pays for the start, is not counted")
    course = Course.find(Path(__file__).parent)
    image = image_name(course, "cpu")
    sandbox = provider(arguments.sandbox) if arguments.sandbox else best_available(image)
    if arguments.weeks:
        print_weeks(course, sandbox, image, arguments.copies or 5)
        return
    names = [arguments.assignment] if arguments.assignment else COMPARED
    if arguments.alone:
        print_week(course, course.assignment(names[0]), sandbox, image, arguments.copies or 40)
        return
    print(NO_OTTER_GRADE)
    for name in names:
        size = SIZES.get(name, WITH_TENSORFLOW)
        with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
            home = small_course(Path(scratch, "course")) if name == SMALL else course
            compare(home.assignment(name), sandbox.name, size, arguments.repetitions, Path(scratch))


if __name__ == "__main__":
    main()
