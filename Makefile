# Set-up and jobs of the companion. Needs Python 3.11 to 3.13 and make; each target sets itself up.
#
#   make reproduce               run the quick profile on real texts, build the book
#   make reproduce PROFILE=...   another profile of configs/ (embedded, paper)
#   make test                    all tests, and the ten that take longest
#   make soak                    the tests of reliability with 200 kills and 10,000 cases each
#   make book                    the book from the committed results, computing no experiment
#   make pdf                     the same as one PDF, printed by chromium
#   make browser                 read the book that was built last in chromium, every page
#   make TORCH_INDEX=<URL> ...   take torch from that index (pytorch.org names a CPU one)
#   make SOURCES="--source xnli=FOLDER" ...   read a data set from a local folder

PYTHON ?= python3
PROFILE ?= quick
TORCH_INDEX ?=
SOURCES ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup reproduce test soak lint book pdf browser bench clean

help:  ## Show the targets.
	@sed -n 's/^# \{0,1\}//p' Makefile

setup: $(READY)  ## Make the virtual environment with the pinned packages.

$(READY): pyproject.toml constraints.txt tools/setup.py
	@$(PYTHON) tools/setup.py --venv $(VENV) --torch-index "$(TORCH_INDEX)"
	@touch $(READY)

reproduce: $(READY)
	@$(BIN)/companion reproduce --profile $(PROFILE) $(SOURCES)

test: $(READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --durations=10

soak: $(READY)  ## Kills, full disks and random damage, in numbers: some hours.
	@COMPANION_SOAK=1 $(BIN)/python -m pytest tests/reliability --tally results/reliability/attacks.json

lint: $(READY)
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/ruff check --preview --select DOC102 src # no docstring has a parameter that is gone
	@$(BIN)/mypy && $(BIN)/lint-imports

book: $(READY)
	@$(BIN)/companion book

pdf: $(READY)
	@$(BIN)/companion book --pdf

browser: $(READY)
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal tests/browser --book _build/html

bench: $(READY)
	@$(BIN)/python benchmarks/shap_corpus.py

clean:
	rm -rf _build book/_generated .pytest_cache .mypy_cache .ruff_cache
