# Two commands do all the set-up on a fresh machine: `make train` and `make test`.

VENV := .venv
BIN := $(VENV)/bin
# The first Python of a version that TensorFlow has wheels for.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)
RUN := runs/fire

DATA_DIR := data
# Threads that wait for each other over small matrices cost more than they bring.
SINGLE_THREADED := OPENBLAS_NUM_THREADS=1

.PHONY: train synthesize evaluate data test soak lint format lock clean

train: $(VENV)/.installed
	$(BIN)/python -m launch.train --workdir=$(RUN)

synthesize: $(VENV)/.installed
	$(BIN)/python -m launch.synthesize --workdir=$(RUN) --output=$(RUN)/new.mp4

evaluate: $(VENV)/.installed
	$(BIN)/python -m launch.evaluate --workdir=$(RUN) --output=$(RUN)/report

# The data sets that are simulated; the others need a download or your own clips.
data: $(VENV)/.installed
	$(SINGLE_THREADED) $(BIN)/tfds build --data_dir=$(DATA_DIR) datasets/procedural_textures \
		datasets/procedural_actions datasets/procedural_scenes

test: $(VENV)/.installed
	$(SINGLE_THREADED) $(BIN)/python -m pytest -n 2

# What is too slow for every day, see docs/soak.md.
soak: $(VENV)/.installed
	$(SINGLE_THREADED) $(BIN)/python -m pytest -n 2 -m soak

lint: $(VENV)/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright

format: $(VENV)/.installed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Needs uv; the lock serves every Python and system that setup.py admits.
lock:
	uv pip compile setup.py --extra data --extra studio --extra dev --universal --python-version 3.11 \
		--generate-hashes \
		--custom-compile-command "make lock" --no-emit-index-url --no-emit-find-links \
		--quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache

$(VENV)/.installed: requirements.lock setup.py
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 to 3.13 found: install one," \
		"or name it: make PYTHON=/path/to/python" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
