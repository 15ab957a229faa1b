# The two commands of the README are `make demo` and `make test`. Everything else serves development.
# What a machine needs beside Python 3.11 and make is installed from requirements.lock into .venv.

PYTHON  ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.8
VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/ready
CLIPS   ?=
BIND    ?= 127.0.0.1:8000

.PHONY: demo test check format types bench-ingest bench-feed bench-swipe bench-recommend bench-enhance bench-studio browser lock clean
.DEFAULT_GOAL := demo

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Filoscope needs Python 3.11 or newer. On Debian and Ubuntu: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("Filoscope needs Python 3.11 or newer; %s is %s" % (sys.executable, sys.version.split()[0]) if sys.version_info < (3, 11) else 0)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
	  { rm -rf $(VENV); echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python --editable .
	@touch $@

demo: $(READY)  ## A community with people and clips in ./var, served at http://127.0.0.1:8000
	$(BIN)/filoscope demo $(if $(CLIPS),--clips "$(CLIPS)") --bind $(BIND)

test: $(READY) browser  ## Every test, in a real browser too
	$(BIN)/python -m pytest -n 2 tests

check: $(READY)  ## Format, lint, house rules, import contracts, types
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/python -m pytest -q -n 0 tests/architecture
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

browser:  ## Find Chromium, or install Debian's; says so when it can do neither
	@sh tests/browser/find_chromium.sh

bench-ingest bench-feed bench-swipe: bench-%: $(READY)  ## Ours beside the peers, in one run
	$(BIN)/python -m bench.$* $(ARGS)

bench-recommend: $(READY)  ## The recommender beside its peers, on the logs in ../shared (ARGS="--data DIR")
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --group bench
	nice $(BIN)/python -m bench.recommend $(ARGS)

bench-enhance: $(READY)  ## Footage made better beside the peers, on the clips in ../shared (ARGS="--clips DIR")
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --group bench
	nice $(BIN)/python -m bench.enhance $(ARGS)

bench-studio: $(READY)  ## Beats, takes put to a song, cuts and renders beside the peers (ARGS="--data DIR")
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --group bench
	nice $(BIN)/python -m bench.studio $(ARGS)

lock:  ## Resolve the dependencies anew
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --group dev --extra faces pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache
