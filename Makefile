# gridmap: `make demo` shows it, `make test` proves it. Both set up all they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
V := .venv/bin
DEMO_DATA ?= $(CURDIR)/demo-data
REAL_DATA ?= $(CURDIR)/../shared/data
WORKERS ?= 3
LIVE ?= 3
SIZE ?= full

.PHONY: demo test lint real soak bench pictures vendor clean help

help:
	@echo "make demo   build the fictional district once and serve it at http://127.0.0.1:8000;"
	@echo "            LIVE=3 matters a minute keep coming in and going, LIVE=0: it stands still"
	@echo "make test   all tests, on SpatiaLite and PostGIS, with a browser"
	@echo "make lint   ruff and mypy"
	@echo "make soak   long simulations: faults, a wall for a month, a month of the loop, the API under attack for GRIDMAP_SOAK_MINUTES (10)"
	@echo "make real   checks on real input in $(REAL_DATA)"
	@echo "make pictures  draws the pictures of README and guides anew, from the demo"
	@echo "make bench  every promise about speed in one table (docs/bench.md); SIZE=small for a short one"

demo: .venv/.ready-demo vendor
	GRIDMAP_DATA_DIR="$(DEMO_DATA)" $(V)/gridmap init
	GRIDMAP_DATA_DIR="$(DEMO_DATA)" $(V)/gridmap demo --serve $(if $(filter-out 0,$(LIVE)),--live --pace $(LIVE))

# Servers and commands are started over and over: what Python compiled is kept, also where the environment says not to.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.ready-test vendor
	# In the order of their names: those with few but long tests, reordered, would come last and alone.
	$(V)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: .venv/.ready-test
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/mypy

soak: .venv/.ready-test vendor
	GRIDMAP_SOAK=1 $(V)/pytest tests/soak -s

real: .venv/.ready-test vendor
	GRIDMAP_REAL_DATA="$(REAL_DATA)" $(V)/pytest tests/real -s

bench: .venv/.ready-test vendor
	$(V)/python -m bench --size $(SIZE)

pictures: .venv/.ready-test vendor
	$(V)/python tools/pictures.py

vendor: .venv/.ready-demo
	@$(V)/python tools/vendor.py

.venv/.ready-%: pyproject.toml constraints.txt tools/setup.sh
	tools/setup.sh $*

clean:
	rm -rf .venv node_modules gridmap/static/vendor build dist
