# byhand: `make` lists the targets. Needs Python 3.11 or later; everything else goes into .venv.
# PYTHON=python3.13 chooses another Python; BYHAND_PORT=9000 and the like reach the service.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
SERVICE := $(VENV)/.service-installed
TOOLS := $(VENV)/.tools-installed
BENCHMARKS := accuracy rejection training time_to_98 serving growth jobs robustness lessons orientation soak
# A file's tests stay together: they share servers and models. Files in order, or long ones of few tests would come last.
PYTEST := $(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder
COVERAGE := --cov=model --cov=app --cov-branch --cov-report=term --cov-fail-under=97
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --quiet

.DEFAULT_GOAL := help
.PHONY: help serve test coverage lint format browser bench fuzz mutants pretrained architecture docker clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

serve: $(SERVICE)  ## set up what is missing, then serve on http://127.0.0.1:8000
	@exec $(BIN)/byhand serve

test: $(TOOLS) browser  ## set up what is missing, then run every test; in CI, hold their coverage to its floor
	@echo "Running every test, two at a time…"
	@$(PYTEST) $(if $(CI),$(COVERAGE))

coverage: $(TOOLS) browser  ## run every test, and fail where they reach too little of the code
	@echo "Running every test, two at a time, and noting what they reach…"
	@$(PYTEST) $(COVERAGE)

lint: $(TOOLS)  ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(TOOLS)  ## let ruff put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(TOOLS)  ## measure byhand beside its peers and print the tables
	@for name in $(BENCHMARKS); do echo; echo "benchmarks/$$name.py"; $(BIN)/python benchmarks/$$name.py || exit 1; done
	@$(if $(STROKES),$(BIN)/python benchmarks/pen_strokes.py --strokes $(STROKES),\
	  echo; echo "benchmarks/pen_strokes.py: make bench STROKES=FILE measures it on pen strokes of your own")

fuzz: $(TOOLS)  ## send 85,000 damaged requests to servers of their own (benchmarks/fuzzing); takes half an hour
	@for kind in images archives bodies raw schema; do $(BIN)/python -m benchmarks.fuzzing $$kind || exit 1; done

mutants: $(TOOLS)  ## plant small bugs in the network, the leases and the guard, and list those that no test notices
	@$(PIP) 'mutmut>=3.8,<4'
	-$(BIN)/mutmut run
	@$(BIN)/mutmut results

pretrained: $(SERVICE)  ## train the bundled networks anew, into model/weights: edges, pixels with its snapshots, the detector
	$(BIN)/byhand train --preset best --output model/weights/pretrained.npz --name pretrained
	$(BIN)/byhand train --preset best --features pixels --epochs 300 --drawn-examples 8000 --name pixels \
	  --output model/weights/pixels.npz --snapshots model/weights/pixels_snapshots.npz
	$(BIN)/python -m model.confidence.detector model/weights/detector.npz

architecture: $(TOOLS)  ## draw docs/images/architecture.svg anew, and the table in docs/architecture.md
	@$(BIN)/python -m scripts.architecture

docker:  ## build the image `byhand`
	docker build --tag byhand .

clean:  ## remove what make and the tools made, except data/
	rm -rf $(VENV) dist build mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*
	find . -name __pycache__ -prune -exec rm -rf {} +

# A stamp newer than pyproject.toml means that nothing is to be installed: no network is needed.
$(SERVICE): pyproject.toml | $(BIN)/python
	@echo "Installing byhand into $(VENV)…"
	@$(PIP) --editable .
	@touch $@

$(TOOLS): pyproject.toml | $(BIN)/python
	@echo "Installing byhand and its development tools into $(VENV)…"
	@$(PIP) --editable '.[dev]'
	@touch $(SERVICE) $@

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "byhand needs Python 3.11 or later and found none. Install one, or say: make PYTHON=/path/to/python3"; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "byhand needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@echo "Making a virtual environment in $(VENV) with $$($(PYTHON) --version)…"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); } || \
	  { rm -rf $(VENV); echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }

browser: $(TOOLS)
	@BIN=$(BIN) sh tests/browser/install.sh
