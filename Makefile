# One-liners. `make demo` and `make test` need Python >= 3.11 with venv, git and make; all else they install into .venv.
.PHONY: help demo test lint types contracts unit bench faults fuzz e2e docs schemas lock clean
.DEFAULT_GOAL := help
bin := .venv/bin
environment := @tools/environment.sh

help:       ## this list
	@grep -E '^[a-z0-9]+: .*##' Makefile | sed -E 's/:.*## */\t/' | expand -t 12

demo:       ## the main job, on real data, in a new repository
	$(environment) demo
	@$(bin)/python tools/demo.py

test:       ## everything that must hold: lint, types, contracts, tests
	$(environment) dev
	@$(bin)/python tools/check.py lint types contracts tests

lint:       ## ruff
	$(environment) dev
	@$(bin)/python tools/check.py lint

types:      ## mypy
	$(environment) dev
	@$(bin)/python tools/check.py types

contracts:  ## who may import whom
	$(environment) dev
	@$(bin)/python tools/check.py contracts

unit:       ## the tests that need no files and no processes
	$(environment) dev
	@$(bin)/python -m pytest -q tests/unit

bench:      ## how fast, as ratios to things that are always there
	$(environment) dev
	@$(bin)/python tools/bench.py $(BENCH)

faults:     ## kill points, lost answers, power loss; FLYTEOPS_KILLS=10000 for long, goes on where it was cut off
	$(environment) dev
	@FLYTEOPS_FAULTS_LOG=build/faults $(bin)/python tools/faults.py

fuzz:       ## property tests, longer; then hostile bytes, FUZZ_SECONDS for each target
	$(environment) dev
	@HYPOTHESIS_PROFILE=fuzz $(bin)/python -m pytest -q -n 2 -m hypothesis tests/unit
	@for target in reader condition type_expression signature; do \
	  $(bin)/python -m tests.fuzz.run $$target $${FUZZ_SECONDS:-60} || exit 1; done

e2e:        ## against real servers
	$(environment) dev
	@$(bin)/python tools/servers.py
	@$(bin)/python -m pytest -q tests/e2e --only-e2e

docs:       ## writes the pages of errors from their cases
	$(environment) dev
	@$(bin)/python tools/error_pages.py

schemas:    ## writes schemas/ from the tables of fields
	$(environment) dev
	@$(bin)/python tools/schemas.py

lock:       ## writes requirements/ from pyproject.toml (needs uv)
	@python3 tools/lock.py

clean:      ## takes away what is made, .venv too
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
