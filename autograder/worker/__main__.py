"""Entry point of the worker: `python -m autograder.worker --isolation … --scratch … --preload …`."""

from __future__ import annotations

import argparse
import sys

from autograder.worker import relay


def main() -> int:
    parser = argparse.ArgumentParser(prog="autograder.worker", description=__doc__)
    parser.add_argument("--isolation", choices=["uid", "namespace", "none"], required=True)
    parser.add_argument("--scratch", required=True, help="folder in which each submission gets its own")
    parser.add_argument("--preload", default="", help="modules to import once, separated by commas")
    arguments = parser.parse_args()
    preload = [name for name in arguments.preload.split(",") if name]
    return relay.serve(arguments.isolation, arguments.scratch, preload)


if __name__ == "__main__":
    sys.exit(main())
