# The commands of a developer's and an operator's day. `make help` lists them.
# Works with GNU make and BSD make, in a path with spaces, as any user.

.POSIX:
BIN = .venv/bin
# One more than processors: a third of the tests' time is waiting for browsers and servers.
WORKERS = 3
# Keep what is compiled, also where the machine says not to: each of many processes would compile everything.
COMPILED = PYTHONDONTWRITEBYTECODE=

.PHONY: help setup bundle up down test lint fmt types layers bench clean

help: ## List these commands
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile

setup: ## Install everything into .venv (the second time at once, and offline)
	@scripts/setup

bundle: setup ## Build the styles and behaviours of the pages, when they changed
	@scripts/bundle

up: setup bundle ## Start the platform and print its address (Ctrl-C stops it)
	@$(COMPILED) "$(BIN)/zhijin" up

down: setup ## Stop a platform that was started elsewhere
	@"$(BIN)/zhijin" down

test: setup bundle ## Run all tests on a real PostgreSQL
	@$(COMPILED) "$(BIN)/python" -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: setup ## Check style, types, layers, and messages
	@scripts/lint

fmt: setup ## Put the code into its common form
	@"$(BIN)/ruff" check --fix-only --quiet src tests bench
	@"$(BIN)/ruff" format src tests bench

types: setup ## Check the annotations
	@"$(BIN)/mypy"

layers: setup ## Check that imports go down only
	@"$(BIN)/lint-imports" --no-cache

bench: setup bundle ## Run every benchmark and print its figures
	@$(COMPILED) "$(BIN)/zhijin" bench all --json

clean: ## Remove what can be made again (never the data in .data)
	rm -rf .venv .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf frontend/node_modules src/zhijin/ui/static/build src/*.egg-info
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
