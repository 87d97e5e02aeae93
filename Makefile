# gridmap: `make demo` shows it, `make test` proves it. Both set up all they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
V := .venv/bin
DEMO_DATA ?= $(CURDIR)/demo-data
REAL_DATA ?= $(CURDIR)/../shared/data
WORKERS ?= 2

.PHONY: demo test lint real vendor clean help

help:
	@echo "make demo   build the fictional district once and serve it at http://127.0.0.1:8000"
	@echo "make test   all tests, on SpatiaLite and PostGIS, with a browser"
	@echo "make lint   ruff and mypy"
	@echo "make real   checks on real input in $(REAL_DATA)"

demo: .venv/.ready-demo vendor
	GRIDMAP_DATA_DIR="$(DEMO_DATA)" $(V)/gridmap init
	GRIDMAP_DATA_DIR="$(DEMO_DATA)" $(V)/gridmap demo --serve

test: .venv/.ready-test vendor
	$(V)/pytest -n $(WORKERS) --dist loadfile

lint: .venv/.ready-test
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/mypy

real: .venv/.ready-test vendor
	GRIDMAP_REAL_DATA="$(REAL_DATA)" $(V)/pytest tests/real -s

vendor: .venv/.ready-demo
	@$(V)/python tools/vendor.py

.venv/.ready-%: pyproject.toml constraints.txt tools/setup.sh
	tools/setup.sh $*

clean:
	rm -rf .venv node_modules gridmap/static/vendor build dist
