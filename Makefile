# Two commands are enough on a fresh machine: `make demo` and `make test`. They need Python 3.11+ with venv, and make.
#
# Another Python than the default one: make PYTHON=python3.13 test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Arguments for pytest: make test ARGS="tests/sync -x"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test browser screenshots proof lint format lock clean

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(READY) ## Run everything on this machine, with generated data, and watch it work
	@$(BIN)/boekbrug demo

# Two test processes, whatever the machine: each starts a PostgreSQL and a Valkey of its own.
test: $(READY) ## Run the tests (at most 10 minutes on 2 cores)
	@$(BIN)/pytest -n 2 --dist loadscope $(ARGS)

browser: ## Install Debian's Chromium, which the browser stories need (as root; changes this machine)
	@.ci/browser

screenshots: $(READY) ## Make the README's pictures anew (needs a Chromium)
	@BOEKBRUG_PICTURES=docs/pictures $(BIN)/pytest -q -n 0 tests/browser/test_pictures.py

proof: $(READY) ## Measure every figure in the README (hours)
	@$(BIN)/python -m benchmarks.proof $(ARGS)

lint: $(READY) ## Check style, types, import directions and secrets
	@.ci/lint $(BIN)

format: $(READY) ## Put the code in the agreed form
	@$(BIN)/ruff check --fix --exit-zero --quiet
	@$(BIN)/ruff format

lock: $(READY) ## Pin the dependencies again, after changing them in pyproject.toml
	@.ci/lock $(BIN)

clean: ## Remove the virtual environment, caches and built files; databases and logs in var/ stay
	rm -rf $(VENV) build dist *.egg-info .coverage .coverage.* htmlcov
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +

# The stamp comes last: an interrupted installation is done again.
$(READY): requirements.lock pyproject.toml
	@.ci/venv $(PYTHON) $(VENV)
	@touch $@
