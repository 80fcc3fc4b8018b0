#!/usr/bin/env bash
# Make or renew the virtual environment in $VENV with $PYTHON: the project, its tools, exact versions.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}

fail() {
    printf 'make setup: %s\n  → %s\n' "$1" "$2" >&2
    exit 1
}

command -v "$PYTHON" >/dev/null || fail "there is no $PYTHON here" "Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3 setup"
found=$("$PYTHON" -c 'import platform; print(platform.python_version())')
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$PYTHON is Python $found, and 3.11 or newer is needed" "Name another one: make PYTHON=python3.12 setup"

if ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
    echo "Making $VENV with Python $found"
    "$PYTHON" -m venv --clear "$VENV" ||
        fail "$PYTHON could not make a virtual environment" "On Debian and Ubuntu: sudo apt install python3-venv"
fi
echo "Installing the project and its tools into $VENV (a few minutes the first time)"
# An old pip takes twice as long, and compiles on one core only. What does not compile, nobody imports.
pip=("$VENV/bin/python" -m pip install --disable-pip-version-check --no-compile -c constraints.txt)
{ "${pip[@]}" --upgrade pip && "${pip[@]}" -e '.[dev]'; } ||
    fail "pip could not install the packages; its last lines above say why" "Check the network, then run make setup again: it goes on where it stopped"
echo "Compiling the packages"
"$VENV/bin/python" -m compileall -q -j 0 "$VENV/lib" || true
