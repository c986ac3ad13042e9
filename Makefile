# `make` alone tells what there is. Everything runs from .venv, which is made and kept up to date here.

PYTHON ?= python3
# Each worker of the tests starts a platform of its own when it comes to it: some 700 MB.
WORKERS ?= 2
BIN := .venv/bin
RUN := $(BIN)/.run-installed
DEV := $(BIN)/.dev-installed
UV := $(BIN)/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help up test test-all check fmt bench fuzz chaos docs clients screenshots clean lock

help: ## Tell what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(RUN) ## Start the whole platform here; Ctrl-C stops it
	@exec $(BIN)/python -m services

test: $(DEV) ## Run the tests
	@$(BIN)/python -m tests.programs
	$(BIN)/pytest -m "not slow" -n $(WORKERS) --dist worksteal

test-all: $(DEV) ## Run all tests, also the long ones
	@$(BIN)/python -m tests.programs
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: $(DEV) ## Lint, format, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(DEV) ## Format, and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) ## Measure, and write docs/benchmarks.md
	$(BIN)/python -m tests.benchmarks

fuzz: $(DEV) ## Send a million misspelt requests to the parsers of the data door
	$(BIN)/python -m tests.fuzz

chaos: $(DEV) ## Kill processes under load for a minute, then check that nothing was lost
	$(BIN)/pytest tests/chaos

docs: $(DEV) ## Write the generated documents under docs/ anew
	$(BIN)/python -m infra.documents

clients: $(DEV) ## Drive other people's S3 clients, and write the table of docs/s3-compatibility.md anew
	$(BIN)/python -m tests.foreign

screenshots: $(DEV) ## Take the pictures under docs/screenshots anew
	$(BIN)/python -m tests.screenshots

clean: ## Remove the environment and all caches, never the data in var/
	rm -rf .venv .venv-foreign .venv-client .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(UV) ## Choose the newest allowed versions of all packages
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) --upgrade --extra gdal -c requirements-dev.lock pyproject.toml -o requirements-gdal.lock
	$(COMPILE) --upgrade --group foreign -o requirements-foreign.lock
	cd tests/foreign/node && npm update --package-lock-only --ignore-scripts --no-audit --no-fund
	$(COMPILE) --upgrade client/pyproject.toml -o client/requirements.lock

$(UV): requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	@echo "Making the environment in .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python's venv module is needed; on Debian: apt-get install python3-venv"; rm -rf .venv; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	@touch $@

$(RUN): $(UV) requirements.lock
	@echo "Installing the packages of requirements.lock"
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

$(DEV): $(UV) requirements-dev.lock
	@echo "Installing the packages of requirements-dev.lock"
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@
