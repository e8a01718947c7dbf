# make run    sets everything up and runs the main job      make test   sets everything up and runs the tests
# Variables:  PYTHON=python3.12   the Python to use, 3.11 or newer
#             VENV=.venv          where the virtual environment goes; give each Python its own to keep several
#             ARGS="..."          further arguments for cte-sim (make run) or pytest (make test)

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

SHELL := /bin/sh
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
# The name of the stamp holds the Python, so that another PYTHON is not mistaken for the one that was set up.
READY := $(VENV)/.ready-$(subst /,_,$(PYTHON))
# A small comparison while setting up leaves what the program loads compiled, so that every command after it starts in
# half the time, also where PYTHONDONTWRITEBYTECODE is set.
SMALL_RUN := PYTHONDONTWRITEBYTECODE= bin/cte-sim compare aligned draws=8 horizon=1 workers=1 out=first_run
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input

.PHONY: help setup run test test-slow docs mutants lint format lock clean

help:
	@echo "make run      set up, then run cte-sim: all formulas, thirty years, New Mexico"
	@echo "make test     set up, then run the tests, but for the slow ones"
	@echo "make test-slow  the slow ones: crashes, executors, whole studies, pages"
	@echo "make docs     the documentation as a site in build/site, which opens from a file; a broken link is a failure"
	@echo "make mutants  wrong rules, one at a time, in a copy: the tests must notice each (some minutes; MUTANTS=names)"
	@echo "make lint     style, formatting, types and the directions of imports"
	@echo "make format   rewrite the code in the project's format"
	@echo "make lock     pin the newest versions of all packages anew in requirements.lock"
	@echo "make clean    remove the virtual environment and caches; outputs stay"
	@echo "Variables: PYTHON=$(PYTHON) VENV=$(VENV) ARGS=\"arguments for cte-sim or pytest\""

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed, but '$(PYTHON)' is $$($(PYTHON) -V 2>/dev/null || echo 'not there'); name another: make PYTHON=python3.12" >&2; exit 1; }
	@if [ -e "$(VENV)" ] && [ ! -e "$(VENV)/pyvenv.cfg" ]; then \
	  echo "'$(VENV)' exists and is not a virtual environment; choose another with VENV=" >&2; exit 1; fi
	@echo "Setting up $(VENV) with the pinned packages (once; it may take some minutes) ..."
ifneq ($(UV),)
	@uv venv --quiet --clear --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" "$(VENV)"
	@uv pip install --quiet --python "$(BIN)/python" --requirement requirements.lock
	@uv pip install --quiet --python "$(BIN)/python" --no-deps --no-build-isolation --editable .
else
	@$(PYTHON) -m venv --clear "$(VENV)"
	@$(PIP) install --no-compile --no-deps --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
endif
	@cd "$(VENV)" && { $(SMALL_RUN) >/dev/null 2>&1; rm -rf first_run; }
	@touch "$(READY)"

run: $(READY)
	@"$(BIN)/cte-sim" $(ARGS)

# Workers take tests in their order and help each other out, so that what the tests of a file share is made once. Each has
# one thread for its linear algebra: several processes with as many threads as there are processors wait for each other.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
PYTEST := $(ONE_THREAD) "$(BIN)/pytest" -n auto --maxprocesses 4 --dist worksteal

test: $(READY)
	@$(PYTEST) -m "not slow" $(ARGS)

test-slow: $(READY)
	@$(PYTEST) -m slow $(ARGS)

docs: $(READY)
	@"$(BIN)/python" docs/site/build.py

mutants: $(READY)
	@"$(BIN)/python" tests/mutants/run.py $(MUTANTS)

lint: $(READY)
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/mypy"
	@"$(BIN)/lint-imports"

format: $(READY)
	@"$(BIN)/ruff" check --fix .
	@"$(BIN)/ruff" format .

# One resolution for all platforms and all Pythons from 3.11 on: where the newest version needs a newer Python, the
# file holds both, each with its marker.
lock: $(READY)
	@command -v uv >/dev/null 2>&1 || [ -x "$(BIN)/uv" ] || $(PIP) install uv
	@PATH="$(abspath $(BIN)):$$PATH" uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --upgrade --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock
	@echo "requirements.lock is new; run the tests before committing it"

clean:
	@if [ -e "$(VENV)/pyvenv.cfg" ]; then rm -rf "$(VENV)"; fi
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
