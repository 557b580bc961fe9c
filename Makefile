# Everything one does with a checkout. `make help` lists it.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check bench chaos clean lock format

help: ## List these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: .venv/.run ## Serve the portal with demo data on http://127.0.0.1:8000 (PORTAL_PORT moves it)
	PORTAL_DEMO=$${PORTAL_DEMO:-1} $(BIN)/portal run

test: .venv/.dev ## Run every test, on SQLite and on a PostgreSQL of its own
	@scripts/test

check: .venv/.dev ## Check format, lint, types, templates and boundaries
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-types check-format check-lint check-imports check-templates

bench: .venv/.dev ## Print ratios of time, queries and size
	$(BIN)/python -m tests.bench

format: .venv/.dev ## Write the code the way `make check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/.dev ## Choose versions again: requirements/*.txt and the lower bounds in setup.cfg
	$(BIN)/python scripts/lock.py

chaos: .venv/.dev ## Kill a signing process 1,000 times (CHAOS_RUNS) and look for what was lost
	CHAOS_RUNS=$${CHAOS_RUNS:-1000} $(BIN)/python -m pytest -q -s -o faulthandler_timeout=0 tests/commitments/test_chaos.py

clean: ## Remove what these targets made: .venv and caches (never an installation's data)
	rm -rf .venv build dist .*_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: check-types check-format check-lint check-imports check-templates
check-types:
	$(BIN)/mypy
check-format:
	$(BIN)/ruff format --check .
check-lint:
	$(BIN)/ruff check .
check-imports:
	$(BIN)/lint-imports --no-cache
check-templates:
	$(BIN)/djlint --lint --quiet templates plugins

.venv/.run: requirements/run.txt setup.cfg scripts/install
	@scripts/system-packages run
	@PYTHON="$(PYTHON)" scripts/install run

.venv/.dev: requirements/dev.txt setup.cfg scripts/install
	@scripts/system-packages test
	@PYTHON="$(PYTHON)" scripts/install dev
