# make run: set up, index the sample articles, serve the search page.
# make test: set up, pass the tests. Both need Python 3.11 or later and a package registry, nothing else.

# The first Python that runs and is new enough; `make PYTHON=... install` names another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: install run test lint bench clean

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

bench: install
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache index_data/index
