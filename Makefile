# The front door. `make` weaves generated/ from spec/; `make help` says what else there is.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
INSTALLED := $(VENV)/.specloom
READY := $(VENV)/.ready
CLIENT := generated/client/pyproject.toml
JOBS ?= 2
# Documents of job APIs of others; they are not part of the project, and lie beside it where they are at hand.
JOB_DOCS = $(firstword $(wildcard ../specs/jobs ../*/specs/jobs))

# The same packages every time, those that build packages included.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_BUILD_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: generate help setup check test golden demo sandbox bench bench-documents bench-wire bench-money bench-crash \
	bench-jobs-of-others bench-sandboxes bench-detection bench-import bench-speed bench-call clean
.DEFAULT_GOAL := generate

generate: $(READY) ## weave generated/ from spec/; says which files changed, or that nothing did
	@$(RUN)/specloom generate

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: $(READY) ## make .venv with everything in it

$(READY): $(INSTALLED) $(CLIENT)
	@test $@ -nt $(CLIENT) || $(RUN)/python -m pip install --quiet --editable 'generated/client[sandbox]'
	@touch $@

# The client is woven by specloom, so specloom comes first; it makes the client only where there is none.
$(CLIENT): | $(INSTALLED)
	@$(RUN)/specloom generate

# A client that is there already is installed along with it, which saves a second run of pip.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@echo "setting up $(VENV) ..."
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	@$(RUN)/python -m pip install --quiet --editable '.[dev]' $(if $(wildcard $(CLIENT)),--editable 'generated/client[sandbox]')
	@touch $@ $(if $(wildcard $(CLIENT)),$(READY))

check: $(READY) ## generated/ is what spec/ gives; black, ruff, mypy --strict and pyright find nothing
	@$(RUN)/specloom check
	@$(RUN)/black --quiet --check .
	@$(RUN)/ruff check --quiet .
	@$(RUN)/mypy
	@$(RUN)/pyright --level warning

test: $(READY) ## all tests
	@$(RUN)/pytest --numprocesses $(JOBS) --quiet

golden: $(READY) ## write the goldens again; the diff is the review
	@$(RUN)/specloom generate
	@$(RUN)/python -m tests.golden

demo: $(READY) ## make a video through the woven client, offline
	@$(RUN)/specloom validate
	@$(RUN)/specloom generate
	@$(RUN)/python docs/demo.py

sandbox: $(READY) ## run the sandbox at http://127.0.0.1:8026 until Ctrl-C
	@$(RUN)/python -m wan26.sandbox --port 8026

bench: ## all benches that end within 15 minutes, one after the other; their tables are written (see bench/README.md)
	@$(MAKE) --no-print-directory WRITE=1 bench-speed bench-import bench-call bench-detection bench-jobs-of-others bench-money bench-crash

bench-speed: $(READY) ## how long weaving takes: DOCS=folder with large documents, WRITE=1 puts the tables
	@$(RUN)/python -m bench.speed $(or $(DOCS),$(wildcard $(JOB_DOCS:/jobs=/real))) $(if $(WRITE),--write)

bench-documents: $(READY) ## all documents of a folder, measured: DOCS=folder, PEERS=1 for the peer first
	@$(if $(PEERS),$(RUN)/python -m bench.documents $(DOCS) --peer)
	@$(RUN)/python -m bench.documents $(DOCS)

bench-wire: $(READY) ## what goes over the wire, judged by others: DOCS=folder, FULL=1 for all operations
	@$(RUN)/python -m bench.wire $(DOCS) $(if $(FULL),--full)

bench-money: $(READY) ## what each fault costs, beside current SDKs from PyPI: WRITE=1 puts the tables
	@$(RUN)/python -m bench.money $(if $(WRITE),--write)

bench-crash: $(READY) ## the client killed at every step and at random moments: KILLS=n, WRITE=1 puts the table
	@$(RUN)/python -m bench.crash $(if $(KILLS),--kills $(KILLS)) $(if $(WRITE),--write)

bench-jobs-of-others: $(READY) ## job APIs of others, run through their lives: DOCS=folder, OVERLAYS=folder, WRITE=1
	@$(RUN)/python -m bench.jobs_of_others $(or $(DOCS),$(JOB_DOCS)) $(if $(OVERLAYS),--overlays $(OVERLAYS)) $(if $(WRITE),--write)

bench-sandboxes: $(READY) ## the sandbox judged by Schemathesis and by a client of others: DOCS=folder, WRITE=1
	@$(RUN)/python -m bench.sandboxes spec/wan26.yaml $(or $(DOCS),$(JOB_DOCS)) $(if $(WRITE),--write)

bench-detection: $(READY) ## what `specloom detect` finds and misses: DOCS=folder that holds jobs/ and real/
	@$(RUN)/python -m bench.detection $(or $(DOCS),$(patsubst %/jobs,%,$(JOB_DOCS))) $(if $(WRITE),--write)

bench-import: $(READY) ## what a client costs before its first answer: DOCS="files", WRITE=1
	@$(RUN)/python -m bench.starting $(or $(DOCS),$(wildcard $(addprefix $(JOB_DOCS:/jobs=/real)/,digitalocean*.yaml stripe*.yaml))) $(if $(WRITE),--write)

bench-call: $(READY) ## what a call costs over the bare transport: WRITE=1 puts the table
	@$(RUN)/python -m bench.calling $(if $(WRITE),--write)

clean: ## remove what set-up and tests made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis demo
