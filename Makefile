# Everything a developer or a first visitor does with Peerdesk. `make help` lists it.
# Each target sets up what it needs, does nothing twice, and works offline once installed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 5000
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app app
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --progress-bar off --require-hashes
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/messages.po)
PYTEST := $(BIN)/python -m pytest -q
WITHOUT_DATA := architecture bench browser cli text web

# Turns pip's lines into a count; $(1) is the list that is being installed.
COUNTED = awk -v all="$$(grep -c '==' $(1))" ' \
	/^(Collecting|Processing) / { printf "\r  %d of %d packages", ++n, all; fflush() } \
	/^Installing collected/ { printf "\r  unpacking them …      "; fflush() } \
	END { if (n) print "" }'

# Installs a package of the distribution; fails silently where we may not.
INSTALL = { [ "$$(id -u)" = 0 ] && command -v apt-get && apt-get -qq update \
	&& DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $(1); } >/dev/null 2>&1

export PORT
export PYTHONUTF8 := 1

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- setting up -------------------------------------------------------------------------------------------------

$(BIN)/python:
	@found=; for python in python3.13 python3.12 python3.11 python3; do \
		if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo 'Peerdesk needs Python 3.11, 3.12 or 3.13, and found none of them.' >&2; exit 1; fi; \
	echo "Setting up $(VENV) with $$($$found --version) …"; \
	$$found -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); $(call INSTALL,python3-venv) && $$found -m venv $(VENV); } \
		|| { rm -rf $(VENV); echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/run.installed: deploy/locks/run.txt | $(BIN)/python
	@echo 'Installing what Peerdesk needs to run (a minute on the first run) …'
	@$(PIP) -r deploy/locks/run.txt | $(call COUNTED,deploy/locks/run.txt)
	@touch $@

$(VENV)/dev.installed: deploy/locks/dev.txt | $(BIN)/python
	@echo 'Installing what the checks and tests need (some minutes on the first run) …'
	@$(PIP) -r deploy/locks/dev.txt | $(call COUNTED,deploy/locks/dev.txt)
	@touch $@ $(VENV)/run.installed

.PHONY: catalogues
catalogues: | $(VENV)/run.installed
	@for catalogue in $(CATALOGUES); do \
		[ "$${catalogue%.po}.mo" -nt "$$catalogue" ] || $(BIN)/pybabel -q compile --input-file "$$catalogue" --output-file "$${catalogue%.po}.mo"; \
	done

.PHONY: chromium
chromium:
	@if ! command -v chromium-headless-shell >/dev/null; then \
		echo 'Installing Chromium for the browser tests …'; \
		$(call INSTALL,chromium-headless-shell) || command -v chromium >/dev/null || $(call INSTALL,chromium) \
			|| echo 'No Chromium here, and only root may install it: the browser tests will say that they skip.'; \
	fi

# --- running ----------------------------------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/run.installed catalogues ## Serve Peerdesk with a small demo community on PORT (5000)
	@echo 'Preparing the database …'
	@$(FLASK) db upgrade 2>&1 | { grep -v -E 'Context impl|Will assume' || true; }
	@$(FLASK) seed --if-empty
	@exec $(FLASK) serve

# --- checking ---------------------------------------------------------------------------------------------------

.PHONY: check
check: $(VENV)/dev.installed ## Formatting, lint, types, layers, templates and catalogues, within 90 seconds
	@$(MAKE) -j2 --output-sync=target check-python check-types check-layers check-templates check-words
	@echo 'All checks passed.'

.PHONY: check-python check-types check-layers check-templates check-words
check-python:
	@echo 'Formatting and lint'
	@$(BIN)/ruff format --quiet --check app tests migrations
	@$(BIN)/ruff check --quiet app tests migrations

check-types:
	@echo 'Types'
	@$(BIN)/mypy --no-error-summary

check-layers:
	@echo 'Layers'
	@$(BIN)/lint-imports > .import-linter.log 2>&1 || { cat .import-linter.log; rm -f .import-linter.log; exit 1; }
	@rm -f .import-linter.log

check-templates:
	@echo 'Templates'
	@$(BIN)/djlint templates --lint --quiet

check-words:
	@echo 'Catalogues'
	@$(BIN)/python -m tests.support.catalogues

.PHONY: test
test: $(VENV)/dev.installed catalogues chromium ## Everything: checks, tests on SQLite and PostgreSQL, browser tests
	@$(MAKE) check
	@echo 'Tests on SQLite'
	@$(PYTEST) -n 2 -m 'not browser'
	@echo 'Tests of everything that keeps data, on PostgreSQL'
	@$(PYTEST) -n 2 -m 'not browser and not slow' --database postgresql $(addprefix --ignore=tests/,$(WITHOUT_DATA))
	@echo 'Tests in a browser'
	@$(PYTEST) -n 2 --dist worksteal -m browser tests/browser
	@echo 'The main job in a browser, on PostgreSQL'
	@$(PYTEST) -n 2 -m story tests/browser --database postgresql

.PHONY: bench
bench: $(VENV)/dev.installed catalogues ## CPU time per request with 27,050 real questions, beside the budgets
	@$(BIN)/python -m tests.bench $(BENCH)

# --- changing ---------------------------------------------------------------------------------------------------

.PHONY: lock
lock: $(VENV)/dev.installed ## Write deploy/locks anew from pyproject.toml
	@for set in 'run.txt --extra fast --extra postgresql --extra redis' 'dev.txt --extra fast --extra postgresql --extra redis --group dev'; do \
		$(BIN)/uv --quiet pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url $${set#* } --output-file deploy/locks/$${set%% *} >/dev/null; \
	done
	@wc -l deploy/locks/*.txt

.PHONY: migration
migration: $(VENV)/dev.installed ## Write a migration from the models: make migration NAME="Add something"
	@test -n "$(NAME)" || { echo 'Say what it does: make migration NAME="Add something"' >&2; exit 2; }
	@mkdir -p migrations/versions
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
		alone="env -u DATABASE_URL PEERDESK_DATA_DIR=$$folder $(FLASK) db"; \
		number=$$(printf '%04d' $$(( $$(find migrations/versions -name '*.py' | wc -l) + 1 ))); \
		$$alone upgrade; \
		$$alone migrate --message "$(NAME)" --rev-id "$$number"
	@$(BIN)/ruff check --quiet --fix migrations
	@$(BIN)/ruff format --quiet migrations

.PHONY: words
words: $(VENV)/dev.installed ## Bring the translation catalogues up to date with the sentences in code and templates
	@$(BIN)/python -m tests.support.catalogues --update
