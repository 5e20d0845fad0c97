# Each target makes what it needs from a bare clone: Python 3.11 or newer, make, a C-library Linux.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-$(shell cksum requirements/run.lock | cut -d' ' -f1)
DEV := $(VENV)/.dev-$(shell cksum requirements/dev.lock | cut -d' ' -f1)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps
BASHGAH := $(BIN)/python -m bashgah
ONLY ?=
PORT ?= 8000
DEMO ?= --demo
TIMES ?= 1

.PHONY: help run test prove lint bench messages lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(RUN) ## start everything, with a demo club if there is no club yet (DEMO= without)
	@$(BASHGAH) up $(DEMO) --port=$(PORT)

test: $(DEV) ## the tests, on a PostgreSQL of their own
	@.ci/browser
	@$(BIN)/python -m pytest -n auto -m "not prove" $(ARGS)

prove: $(DEV) ## the long proofs: chaos, laws, accessibility; TIMES=10 ten times as long (docs/proofs.md)
	@.ci/browser
	@BASHGAH_TIMES=$(TIMES) $(BIN)/python -m pytest -m prove $(ARGS)

lint: $(DEV) ## everything a machine can say about the source
	@$(BIN)/ruff check src tests bench
	@$(BIN)/ruff format --check --quiet src tests bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config .importlinter --no-cache > $(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }
	@$(BIN)/djlint src --lint --quiet

bench: $(DEV) ## the figures of docs/benchmarks.md; ONLY=P1,P4 some of them, SMALL=1 on a small database
	@$(BIN)/python -m bench --only="$(ONLY)" $(if $(SMALL),--small)

messages: $(DEV) ## extract marked texts into the rooms' Persian catalogues and compile them
	@$(BIN)/python -m tests.house.catalogues

lock: ## resolve the dependencies anew (needs uv)
	@uv pip compile pyproject.toml --extra embedded --extra insights --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --quiet -o requirements/run.lock
	@uv pip compile pyproject.toml --extra embedded --extra insights --group dev --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet \
		-c requirements/run.lock -o requirements/dev.lock

clean: ## remove the environment; data in var/ stays
	@rm -rf $(VENV)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Bashgah needs Python 3.11 or newer"; exit 1; }
	@echo "making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "install python3-venv, then try again"; exit 1; }
	@$(BIN)/python -c 'import pathlib, sysconfig; \
		pathlib.Path(sysconfig.get_path("purelib"), "bashgah.pth").write_text(str(pathlib.Path("src").resolve()) + "\n")'

$(RUN): $(VENV)/bin/python requirements/run.lock
	@echo "installing what Bashgah needs"
	@$(PIP) -r requirements/run.lock
	@rm -f $(VENV)/.run-* && touch $@

$(DEV): $(RUN) requirements/dev.lock
	@echo "installing what its tests need"
	@$(PIP) -r requirements/dev.lock
	@rm -f $(VENV)/.dev-* && touch $@
