# make run: set up, index the sample articles, serve the search page.
# make test: set up, pass the tests. Both need Python 3.11 or later and a package registry, nothing else.

# The first Python that runs and is new enough; `make PYTHON=... install` names another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
STAMP := .venv/installed

# Whether pip-audit could ask about any package at all: with no advisories at hand it ends well, too.
AUDITED := import json, sys; found = json.load(sys.stdin)["dependencies"]; \
	asked = [each for each in found if "vulns" in each]; \
	print(f"{len(asked)} of {len(found)} packages compared with the advisories"); \
	sys.exit(not asked)

.PHONY: install run test lint bench bench-cluster audit clean

install: $(STAMP)

$(STAMP): setup.cfg pyproject.toml
	@test -n "$(PYTHON)" || { echo "Izde needs Python 3.11 or later; name it: make PYTHON=/path/to/python3 install" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
# The exact torch comes first: left to a range, pip would take the newest build with gigabytes of CUDA.
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet --editable '.[test]'
	@touch $(STAMP)

run: install
	$(BIN)/izde index index_data/articles
	$(BIN)/izde serve

test: install
	$(BIN)/pytest

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Passages to measure with: make bench SIZES="20000 200000 1000000" (the last takes hours and 30 GB of disk).
SIZES ?= 20000

bench: install
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python -m benchmarks $(SIZES); status=$$?; $(BIN)/python -m benchmarks.report && exit $$status

# Servers to measure with: make bench-cluster SIZES="20000 200000" NODES=3.
NODES ?= 1 3

bench-cluster: install
	status=0; for nodes in $(NODES); do $(BIN)/python -m benchmarks.cluster $(SIZES) --nodes $$nodes || status=$$?; done; \
		$(BIN)/python -m benchmarks.cluster.report --page docs/scaling.md && exit $$status

# Not a part of CI: it needs the advisories of pypi.org, which not every package registry has.
audit: install
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install --quiet 'pip-audit>=2.9,<3'
	@mkdir -p build
	build/audit/bin/pip-audit --skip-editable --path $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
		--progress-spinner off --format json --output build/audit.json
	@$(BIN)/python -c '$(AUDITED)' <build/audit.json

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache index_data/index
