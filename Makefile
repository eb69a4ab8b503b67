# run: the whole portal on this machine.  test: the whole suite.  ARGS goes to pytest.
# PYTHON names the interpreter that .venv is made from; it must be 3.11 or newer.

PYTHON ?= python3
export PYTHON
MAKEFLAGS += --no-print-directory
VENV := .venv/bin/python

.PHONY: run test soak bench lint format lock setup clean

run:
	@sh deploy/setup.sh run
	@exec $(VENV) manage.py run

test:
	@sh deploy/setup.sh test
	@exec $(VENV) -m pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder $(ARGS)

soak:
	@sh deploy/setup.sh test
	@exec $(VENV) -m pytest -m soak $(ARGS)

bench:
	@sh deploy/setup.sh run
	@exec $(VENV) -m tests.bench $(ARGS)

lint:
	@sh deploy/setup.sh run
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .

format:
	@sh deploy/setup.sh run
	@$(VENV) -m ruff check --fix .
	@$(VENV) -m ruff format .

setup:
	@sh deploy/setup.sh run

# Keeps what is locked unless pyproject.toml forbids it; ARGS=--upgrade takes the newest.
lock:
	@sh deploy/setup.sh run
	@$(VENV) -m uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --quiet $(ARGS) \
	  --output-file requirements.lock

# The data in var/ stay: they are the portal's.
clean:
	@rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
