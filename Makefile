# One command each for what a user or a developer does here. Nothing needs root; Docker is used when there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A file's tests stay in one process, in the order in which they stand. A process may need 4 GB.
PYTEST := $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-course test test-all lint bench pins clean

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything into .venv (again only when its inputs changed)
	@echo "$(VENV) is ready"

demo: $(READY) ## Simulate a class, grade its first week and one with TensorFlow, and show where the results are
	$(BIN)/python -m autograder.demo

demo-course: $(READY) ## Simulate eight students in every week of the course, and grade them
	$(BIN)/python -m autograder.demo --every-week

test: lint ## All that a change must pass: lint, up-to-date release, tests but the slow ones
	$(PYTEST) -m "not slow"

test-all: lint ## As `test`, with the slow tests
	$(PYTEST)

lint: $(READY) ## Linter, formatter and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## Grade one class with nbgrader, otter-grader and this grader, side by side
	$(BIN)/python benchmarks/bench.py

pins: $(READY) ## Write the exact versions again after a dependency changed (UPGRADE=1: take the newest)
	$(BIN)/python scripts/pin.py $(if $(UPGRADE),--upgrade)

clean: ## Remove .venv and all that tools left behind; keeps results and gradebooks
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" scripts/setup.sh
	@touch $@
