# Two commands on a fresh machine: `make serve` and `make test`. Both set up what they need in .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export OMP_NUM_THREADS ?= 1

.PHONY: help serve demo test test-core test-unit check format bench bench-peers setup data clean
.DEFAULT_GOAL := help

help: ## Show what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

serve: $(VENV)/.core ## Set up and open the arena: pages, built-in agents, an embedded database.
	@$(BIN)/taboo serve $(ARGS)

demo: $(VENV)/.core ## A match and a small tournament at the terminal.
	@$(BIN)/python scripts/demo.py

test: $(VENV)/.dev ## Set up and run every test, with coverage bars.
	@sh scripts/packages.sh
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered
	$(BIN)/python scripts/coverage_bars.py

test-unit: $(VENV)/.dev ## The fast tests only.
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-core: $(VENV)/.dev ## The tests that need nothing but the core install: no torch, no data.
	env -u TABOO_DATA $(BIN)/python -m pytest -n 2 -m "not slow" -q

check: $(VENV)/.dev ## Lint, types and the laws of direction.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config .importlinter

format: $(VENV)/.dev ## Mend what can be mended by machine.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.core ## Measure speed against the bars.
	$(BIN)/taboo bench core words store tournament replay start

bench-peers: $(VENV)/.dev ## Set OpenAttack and TextAttack up (gigabytes), and measure attacks against them.
	@sh scripts/peers/setup.sh .peers
	$(BIN)/taboo bench attack --set peers=.peers

data: $(VENV)/.dev ## Rebuild the concept graph and the word lists (needs TABOO_DATA).
	$(BIN)/python scripts/build_graph.py
	$(BIN)/python scripts/build_lists.py

setup: $(VENV)/.dev ## Set up for development.

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Taboo Arena needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "setting up in $(VENV) (once) ..."
	$(PIP) install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "setting up in $(VENV) (once) ..."
	$(PIP) install -q -c constraints.txt -e '.[dev,llm,attacks,postgres]'
	@touch $@ $(VENV)/.core

clean: ## Remove the environment and every cache.
	rm -rf $(VENV) .peers .mypy_cache .ruff_cache .pytest_cache .coverage .hypothesis build dist
