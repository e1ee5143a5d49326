# The commands of Deskmate. `make demo` and `make test` need Python 3.11+ and make, and get the rest themselves.
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup demo test story doctor screenshot clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## Create .venv and install everything (once)
	@bash scripts/setup.sh

demo: setup ## Run the whole product on this machine, without any account
	@$(PYTHON) run.py sandbox

test: setup ## Run every check: ruff, mypy, import layers, pytest
	@bash scripts/check.sh

story: setup ## Play a whole story through the real SDKs, without a browser
	@$(PYTHON) run.py sandbox --story

doctor: setup ## Check configuration, tokens, database, models and platforms
	@$(PYTHON) run.py doctor

screenshot: setup ## Take the README's picture of the sandbox page
	@$(PYTHON) -m scripts.screenshot

clean: ## Remove .venv and everything cached (your data in .data stays)
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
