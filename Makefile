# Sizao. `make help` lists what there is; each target prepares what it needs by itself.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
SERVICES := $(notdir $(patsubst %/,%,$(dir $(wildcard services/*/pyproject.toml))))
SOURCES := libs/common/common $(foreach s,$(SERVICES),services/$(s)/$(s))
PYTHON_FILES := $(SOURCES) tools tests $(wildcard benchmarks)
empty :=
space := $(empty) $(empty)
SOURCE_PATHS := $(subst $(space),:,libs/common $(foreach s,$(SERVICES),services/$(s)))

# What a person may set: make run SIZAO_PORT=8080; make run TRIAL=0; make test TESTS=tests/unit WORKERS=1
SIZAO_PORT ?= 8000
SIZAO_DATA ?= ./var
TRIAL ?= 1
TESTS ?= tests
WORKERS ?= 2
PYTEST_ARGS ?=
# Checks beside the linters, one target each
MORE_CHECKS := check-lock check-translations $(if $(wildcard libs/common/common/cli/__init__.py),check-documents)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.PHONY: run
run: ## start Sizao in one process (SIZAO_PORT=8000 SIZAO_DATA=./var; TRIAL=0: an empty installation)
	@bash tools/environment.sh runtime
	@SIZAO_PORT=$(SIZAO_PORT) SIZAO_DATA=$(SIZAO_DATA) SIZAO_TRIAL=$(TRIAL) exec $(BIN)/sizao run

.PHONY: setup
setup: ## make .venv ready for development
	@bash tools/environment.sh dev

.PHONY: test
test: setup ## all tests, long proofs sampled (TESTS=tests/unit WORKERS=2 PYTEST_ARGS=)
	SIZAO_PROOF=sample $(BIN)/python -m pytest $(TESTS) -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

.PHONY: test-long
test-long: setup ## all tests, long proofs whole (up to 75 minutes)
	SIZAO_PROOF=whole $(BIN)/python -m pytest $(TESTS) -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

.PHONY: check
check: setup lint types imports dependencies $(MORE_CHECKS) ## linters, types, import rules, dependencies, generated documents

.PHONY: lint
lint: setup ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: format
format: setup ## rewrite the code in the project's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: types
types: setup ## mypy, strict
	MYPYPATH=$(SOURCE_PATHS) $(BIN)/mypy $(PYTHON_FILES)

.PHONY: imports
imports: setup ## layers and borders between packages
	$(BIN)/python tools/imports.py

.PHONY: dependencies
dependencies: setup ## what is imported is declared, and the reverse
	$(BIN)/deptry $(dir $(SOURCES))

.PHONY: check-lock
check-lock: ## no download address in a lock file
	@! grep -nE '://|--(extra-)?index-url|--find-links|^-e|file:' requirements/lock/*.txt

.PHONY: check-translations
check-translations: setup ## every text of a page has its English, and no catalogue holds more
	$(BIN)/python -m common.web.translations check

.PHONY: check-documents
check-documents: setup ## the generated API and event documents are in step with the code
	$(BIN)/sizao openapi --check
	$(BIN)/sizao asyncapi --check

.PHONY: bench
bench: ## measure against named peers run beside it
	@bash tools/environment.sh bench
	$(BIN)/python -m benchmarks

.PHONY: lock
lock: setup ## write requirements/lock/ from requirements/*.in (UPGRADE=1: newest of all that is not named there)
	$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)
