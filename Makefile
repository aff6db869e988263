# What can be done with this checkout? `make help` lists it. All of it runs in .venv, which is made from locks/ when it has to be.

# Each worker starts servers of its own, hence not one for every processor. A file stays together, for what its tests share.
WORKERS := --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-faults simulate lint format bench lock translations secrets clean runtime development

help:  ## List the targets, each with a sentence.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: runtime  ## Make one city of a hub and three districts; ARGS=--once ends after the table, ARGS=--help says more.
	@.venv/bin/python -m demo $(ARGS)

demo-reset: runtime  ## Forget the city of `make demo`, so that the next one begins with the registers again.
	@.venv/bin/python -m demo --reset $(ARGS)

test: development  ## Run every test that this machine can run; STRICT=1 installs services on Debian and leaves none out.
ifdef STRICT
	@tests/support/install_services
endif
	@$(if $(STRICT),BANYAN_TEST_STRICT=1) .venv/bin/pytest $(WORKERS) $(ARGS)

test-faults: development  ## Let everything go wrong that docs/operating.md lists, the long cases too.
	@$(if $(STRICT),BANYAN_TEST_STRICT=1) .venv/bin/pytest tests/faults --long $(ARGS)

simulate: development  ## Let 20,000 seeds decide what happens to a city's streams, and check that each ends whole.
	@.venv/bin/python -m tests.simulation 0 20000 $(ARGS)

lint: development  ## Check style, types and the contracts between packages.
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

format: development  ## Put the code into the common form, and mend what can be mended by machine.
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: development  ## Measure the streams and the sign-in beside other ways, and see whether they keep what they promise.
	.venv/bin/python -m benchmarks.pipeline $(ARGS)
	.venv/bin/python -m benchmarks.sign_in

lock:  ## Resolve pyproject.toml into the lock files anew (needs uv).
	@command -v uv >/dev/null || { echo "Locking needs uv: https://docs.astral.sh/uv/"; exit 1; }
	locks/update

translations: development  ## Collect the texts of the pages into the catalogues, and compile them.
	.venv/bin/python -m admin.translations

secrets: runtime  ## Make the secrets that docker-compose.yml asks for, in secrets/, where they do not exist yet.
	@.venv/bin/python deployment/make_secrets.py

clean:  ## Remove what was built, the environment and all caches; the demo's city in var/ stays.
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .grimp_cache .hypothesis
	find . \( -name __pycache__ -o -name '*.mo' \) -prune -exec rm -rf {} +

runtime:  ## Make .venv what running needs; the targets that need it do so by themselves.
	@locks/install $@

development:  ## Make .venv what tests and checks need as well; the same.
	@locks/install $@
