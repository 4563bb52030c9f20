# Everything that people and CI call. `make` alone lists it.

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=
RUNTIME ?=
ARCHITECTURE ?=
IMAGE ?= fluxvector-embedder
EXTRA ?=
IMAGE_BUILD_ARGS ?=

VENV := .venv
SAM_VENV := .venv-sam
LOCK_VENV := .venv-lock
TORCH_VENV := .venv-torch
PEER_VENV := .venv-peer
SCHEMA_VENV := .venv-schema
RUN := $(VENV)/bin/python
DEFAULT_MODEL := multilingual-e5-small
CODE := functions shared embedder infra tests
INSTALL := $(PYTHON) -I infra/install.py

.DEFAULT_GOAL := help
.PHONY: help run test check pytest model models minilm e5-large-shape test-torch test-schema sam-build sam-validate lock schema format bench bench-embedder bench-peer base-image image test-image clean local-venv dev-venv sam-venv peer-venv schema-venv python
# The targets share environments and build folders; what is worth running in parallel does so by itself.
.NOTPARALLEL:

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: local-venv model ## Start everything here: database, embedder, gateway, jobs (Ctrl-C stops it)
	@exec env FLUXVECTOR_EXIT_WITH_PARENT=1 $(RUN) -m infra.local

test: check sam-build models schema-venv pytest ## What CI runs: lint, types, import contracts, the SAM build, all tests

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

# The float weights are kept for what compares the quantized models with them.
SOURCES := .local/sources
models: model minilm ## The models of the tests, and the float weights that they are compared with
	@test -e $(SOURCES)/multilingual-e5-small/model.safetensors || \
		$(RUN) -m embedder.fetch multilingual-e5-small --keep-source $(SOURCES)/multilingual-e5-small
	@test -e $(SOURCES)/all-minilm-l6-v2/model.safetensors || \
		$(RUN) -m embedder.fetch all-minilm-l6-v2 --keep-source $(SOURCES)/all-minilm-l6-v2

minilm: local-venv ## Make the second model of the tests, all-minilm-l6-v2 (.local/models)
	@$(RUN) -m embedder.fetch all-minilm-l6-v2

e5-large-shape: model ## Make multilingual-e5-large with random weights, to measure speed with (.local/models)
	@$(RUN) -m embedder.build --if-needed --shape-only multilingual-e5-large --seed 1 .local/models/multilingual-e5-large-shape

# pip's own settings say where torch comes from, so its hash is not locked: on Linux the index's wheel brings 3 GB of CUDA,
# and a source of CPU wheels has others of the same version.
test-torch: python ## Compare both model families with torch and transformers, in an environment of its own
	@$(INSTALL) $(TORCH_VENV) embedder/requirements-torch.txt
	@$(TORCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-input torch==2.13.0
	@$(TORCH_VENV)/bin/python -m pytest --noconftest -q tests/torch $(PYTEST_ARGS)

sam-build: export SAM_CLI_TELEMETRY := 0
sam-build: export AWS_DEFAULT_REGION ?= eu-central-1
sam-build: export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
sam-build: local-venv sam-venv ## Validate template.yaml and build functions and layers (RUNTIME=, ARCHITECTURE= to deploy)
	@$(RUN) -m infra.sam.build $(if $(RUNTIME),--runtime $(RUNTIME)) $(if $(ARCHITECTURE),--architecture $(ARCHITECTURE))

sam-validate: export SAM_CLI_TELEMETRY := 0
sam-validate: export AWS_DEFAULT_REGION ?= eu-central-1
sam-validate: sam-venv ## Only validate and lint template.yaml
	@$(SAM_VENV)/bin/sam validate --lint

test-schema: dev-venv model schema-venv ## Send generated requests to the started product and hold the answers against /openapi.json
	@$(RUN) -m pytest -q tests/e2e/test_schemathesis.py $(PYTEST_ARGS)

schema: dev-venv ## Write infra/migrations/schema.sql from the migrations
	@$(RUN) -m infra.migrations.schema

format: dev-venv ## Format the code and mend what the linter can
	@$(VENV)/bin/ruff check --quiet --fix .
	@$(VENV)/bin/ruff format .

bench: dev-venv model ## Measure speed and quality on this machine
	@$(RUN) -m tests.bench

bench-embedder: dev-venv e5-large-shape ## Measure the embedder's engines against their peers and the processor's limit
	@$(RUN) -m tests.bench.embedder

bench-peer: dev-venv peer-venv model ## Measure the product beside the Chroma server, and how it grows (BENCH_ARGS="--only peer")
	@$(RUN) -m tests.bench.peer $(BENCH_ARGS)

base-image: local-venv ## Make the container's base image from Debian's packages, where no container registry can be reached
	@$(RUN) -m infra.container.base_image

image: local-venv ## Build the embedder's container image (IMAGE=, EXTRA=openvino, IMAGE_BUILD_ARGS= for buildah)
	@$(RUN) -m infra.container.image --image $(IMAGE) --extra "$(EXTRA)" -- $(IMAGE_BUILD_ARGS)

# A process that outlives its parent is not a container's concern: the container ends with its first process.
test-image: dev-venv image model ## Build the image and test it with podman: what is in it, and the contract of the embedder
	@FLUXVECTOR_TEST_IMAGE=$(IMAGE) $(RUN) -m pytest -q tests/container tests/contract/test_embedder_http.py \
		--deselect tests/contract/test_embedder_http.py::test_it_does_not_outlive_a_killed_parent $(PYTEST_ARGS)

# The order matters: each lock is bounded by the ones before it, so that all of them agree.
UV := $(LOCK_VENV)/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command='make lock (install with pip --no-deps: what is not listed is left out on purpose)' $(UPGRADE)
EMBEDDER_BUILD := embedder/requirements-build.txt
FUNCTIONS := infra/layers/dependencies/requirements.txt

lock: python ## Write all lock files anew, keeping versions where they still fit (UPGRADE=--upgrade raises them)
	@test -x $(UV) || { $(PYTHON) -m venv $(LOCK_VENV) && $(LOCK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	$(COMPILE) pyproject.toml -o $(FUNCTIONS)
	cd embedder && ../$(COMPILE) pyproject.toml -o requirements.txt
	cd embedder && ../$(COMPILE) pyproject.toml --extra openvino -c requirements.txt -o requirements-openvino.txt
	cd embedder && ../$(COMPILE) pyproject.toml --group build -c requirements.txt -o requirements-build.txt
	cd embedder && ../$(subst --universal,--python-platform windows --no-config,$(COMPILE)) pyproject.toml --group torch \
		--group build --no-emit-package torch -c requirements-build.txt -o requirements-torch.txt
	$(COMPILE) pyproject.toml embedder/pyproject.toml --group local --group embedder/pyproject.toml:build \
		-c $(FUNCTIONS) -c $(EMBEDDER_BUILD) -o infra/locks/local.txt
	$(COMPILE) pyproject.toml embedder/pyproject.toml --extra openvino --group local --group embedder/pyproject.toml:build --group dev \
		-c $(FUNCTIONS) -c embedder/requirements-openvino.txt -c $(EMBEDDER_BUILD) -c infra/locks/local.txt -o infra/locks/dev.txt
	$(COMPILE) --group sam -o infra/locks/sam.txt
	echo 'chromadb>=1.5.9' | $(COMPILE) - -o infra/locks/peer.txt
	$(COMPILE) --group schema -o infra/locks/schema.txt

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

# Whom the product is measured beside.
peer-venv: python
	@$(INSTALL) $(PEER_VENV) infra/locks/peer.txt

schema-venv: python
	@$(INSTALL) $(SCHEMA_VENV) infra/locks/schema.txt
