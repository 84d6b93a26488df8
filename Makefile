# Seven words are the developer's manual: graph, test, test-training, lint, check, page, clean.
# Everything runs in a virtual environment of its own; the system's Python is left alone.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READER = tests/export/graphology
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: graph test test-training lint check page clean browser

graph: $(BIN)/.kg
	$(BIN)/kg build -o exports
	@echo "Open exports/graph.html in a browser, exports/graph.graphml in Gephi."

test: $(BIN)/.dev $(READER)/node_modules browser
	$(BIN)/python -m pytest

# `kg train` at toy size. It is apart because it needs torch, which is large.
test-training: $(BIN)/.train
	$(BIN)/python -m pytest tests/training

lint: $(BIN)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test

page: $(BIN)/.kg
	$(BIN)/kg open

clean:
	rm -rf $(VENV) $(READER)/node_modules

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kg needs Python 3.11 or later; name one: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(BIN)/.kg: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(BIN)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(BIN)/.kg

$(BIN)/.train: $(BIN)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train]'
	@touch $@

# The tests open the page in Debian's Chromium and read the GraphML with Gephi Lite's parser.
browser:
	@command -v chromium >/dev/null && command -v npm >/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium $$(command -v npm >/dev/null || echo nodejs npm); }

$(READER)/node_modules: $(READER)/package-lock.json
	npm ci --silent --no-audit --no-fund --prefix $(READER)
	@touch $@
