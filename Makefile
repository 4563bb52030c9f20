# Everything that people and CI call. `make` alone lists it.

PYTHON ?= python3
PYTEST_ARGS ?=
RUNTIME ?=
ARCHITECTURE ?=

VENV := .venv
SAM_VENV := .venv-sam
LOCK_VENV := .venv-lock
RUN := $(VENV)/bin/python
DEFAULT_MODEL := multilingual-e5-small
CODE := functions shared embedder infra tests
INSTALL := $(PYTHON) -I infra/install.py

.DEFAULT_GOAL := help
.PHONY: help run test check pytest model sam-build sam-validate lock schema format bench clean local-venv dev-venv sam-venv python
# The targets share environments and build folders; what is worth running in parallel does so by itself.
.NOTPARALLEL:

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: local-venv model ## Start everything here: database, embedder, gateway, jobs (Ctrl-C stops it)
	@exec env FLUXVECTOR_EXIT_WITH_PARENT=1 $(RUN) -m infra.local

test: check sam-build model pytest ## What CI runs: lint, types, import contracts, the SAM build, all tests

check: dev-venv ## Lint, formatting, types, import contracts
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check .
	@$(VENV)/bin/mypy --no-error-summary $(CODE)
	@$(VENV)/bin/lint-imports --no-logo

pytest: dev-venv ## All tests, or a part: make PYTEST_ARGS="tests/unit -x" pytest
	@$(RUN) -m pytest -n logical --maxprocesses 4 -q $(PYTEST_ARGS)

model: local-venv ## Make the default embedding model (.local/models), unless FLUXVECTOR_MODEL_DIR names another
ifeq ($(FLUXVECTOR_MODEL_DIR),)
	@$(RUN) -m embedder.fetch $(DEFAULT_MODEL)
else
	@printf 'model: the default one is not made, for FLUXVECTOR_MODEL_DIR names %s\n' "$$FLUXVECTOR_MODEL_DIR"
endif

sam-build: export SAM_CLI_TELEMETRY := 0
sam-build: export AWS_DEFAULT_REGION ?= eu-central-1
sam-build: export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
sam-build: local-venv sam-venv ## Validate template.yaml and build functions and layers (RUNTIME=, ARCHITECTURE= to deploy)
	@$(RUN) -m infra.sam.build $(if $(RUNTIME),--runtime $(RUNTIME)) $(if $(ARCHITECTURE),--architecture $(ARCHITECTURE))

sam-validate: export SAM_CLI_TELEMETRY := 0
sam-validate: export AWS_DEFAULT_REGION ?= eu-central-1
sam-validate: sam-venv ## Only validate and lint template.yaml
	@$(SAM_VENV)/bin/sam validate --lint

schema: dev-venv ## Write infra/migrations/schema.sql from the migrations
	@$(RUN) -m infra.migrations.schema

format: dev-venv ## Format the code and mend what the linter can
	@$(VENV)/bin/ruff check --quiet --fix .
	@$(VENV)/bin/ruff format .

bench: dev-venv model ## Measure speed and quality on this machine
	@$(RUN) -m tests.bench

# The order matters: each lock is bounded by the ones before it, so that all of them agree.
UV := $(LOCK_VENV)/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command='make lock' $(UPGRADE)
EMBEDDER_BUILD := embedder/requirements-build.txt
FUNCTIONS := infra/layers/dependencies/requirements.txt

lock: python ## Write all lock files anew, keeping versions where they still fit (UPGRADE=--upgrade raises them)
	@test -x $(UV) || { $(PYTHON) -m venv $(LOCK_VENV) && $(LOCK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	$(COMPILE) pyproject.toml -o $(FUNCTIONS)
	cd embedder && ../$(COMPILE) pyproject.toml -o requirements.txt
	cd embedder && ../$(COMPILE) pyproject.toml --group build -c requirements.txt -o requirements-build.txt
	$(COMPILE) pyproject.toml embedder/pyproject.toml --group local --group embedder/pyproject.toml:build \
		-c $(FUNCTIONS) -c $(EMBEDDER_BUILD) -o infra/locks/local.txt
	$(COMPILE) pyproject.toml embedder/pyproject.toml --group local --group embedder/pyproject.toml:build --group dev \
		-c $(FUNCTIONS) -c $(EMBEDDER_BUILD) -c infra/locks/local.txt -o infra/locks/dev.txt
	$(COMPILE) --group sam -o infra/locks/sam.txt

clean: ## Remove what was built; .local (data, models) and the environments stay
	@rm -rf .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find $(CODE) -type d -name __pycache__ -prune -exec rm -rf {} +

# One sentence instead of a traceback, for whatever Python this is.
python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no '$(PYTHON)' here, and FluxVector needs Python 3.11 to 3.13. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
		echo "FluxVector needs Python 3.11 to 3.13, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' lacks its venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

local-venv: python
	@$(INSTALL) $(VENV) infra/locks/local.txt

# The development lock holds all of the local one, at the same versions.
dev-venv: python
	@$(INSTALL) $(VENV) infra/locks/dev.txt infra/locks/local.txt

sam-venv: python
	@$(INSTALL) $(SAM_VENV) infra/locks/sam.txt
