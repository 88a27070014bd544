# Everything a developer does. Needs make, Python 3.11 or newer (`make PYTHON=python3.12` to choose) and a package
# index; the rest is installed into .venv, exactly as locked.

PYTHON ?= python3
STAGE ?= local
VENV := .venv
RUN := $(VENV)/bin/python
LINLI := $(RUN) -m linli_cli.main
READY := $(VENV)/ready

# uv knows neither pip's index nor, by itself, the certificates that this machine trusts: a mirror may need both.
ifneq ($(wildcard /etc/ssl/certs/* /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS ?= true
endif
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

.DEFAULT_GOAL := help
.PHONY: help up down reset console screenshots test test-localstack soak check format replay deploy bench cost documents answers upgrade templates action noun lock
.DELETE_ON_ERROR:

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile

up: $(READY) ## start the local cloud, deploy everything, seed it, replay every sample: make up PORT=4701 MQTT_PORT=4702 FRONT_PORT=4700 CLOUD=localstack
	@$(LINLI) up $(if $(PORT),--port "$(PORT)") $(if $(MQTT_PORT),--mqtt-port "$(MQTT_PORT)") \
	  $(if $(FRONT_PORT),--front-port "$(FRONT_PORT)") $(if $(CLOUD),--cloud "$(CLOUD)")

down: $(READY) ## stop the local cloud; its state stays
	@$(LINLI) down

reset: $(READY) ## stop the local cloud and forget its state
	@$(LINLI) reset

# The pages are static files: only building them needs Node. The types of the API are made of its own document.
WEB := functions/console/web
console: $(READY) ## build the pages for staff and residents; needs Node 20.19 or newer
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
	  || { echo "The pages are built with Node 20.19 or newer, which is not here. Everything else works without it." >&2; exit 1; }
	@mkdir -p build
	@$(LINLI) openapi --out build/openapi.json
	@cd $(WEB) && npm ci --no-audit --no-fund --loglevel error && npm run --silent types && npm run --silent build

screenshots: $(READY) ## take the pictures of docs/screenshots anew, of the local cloud that runs; needs Chromium
	@$(RUN) -m tests.e2e.browser.screenshots

# Every process of checks and tests, and every command they start, would compile all modules anew.
check test test-localstack soak: export PYTHONDONTWRITEBYTECODE :=

test: $(READY) ## run all tests, the end-to-end ones on a local cloud of their own
	@$(RUN) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test-localstack: $(READY) ## the end-to-end tests on LocalStack, races on DynamoDB Local, what both do otherwise
	@LINLI_E2E_CLOUD=localstack $(RUN) -m pytest --override-ini "python_files=test_*.py localstack_*.py" \
	  -m "not embedded" tests/e2e tests/localstack
	@$(RUN) -m pytest -m dynamodb_local --numprocesses auto --dist loadfile tests/integration tests/infrastructure

soak: $(READY) ## what takes long: a fault at each call of each sample, shuffled facts, storms on DynamoDB Local
	@$(RUN) -m pytest --quiet --numprocesses auto --override-ini "python_files=soak_*.py" tests/soak

check: $(READY) ## lint, format, types, import contracts, locks, shape, packaged templates
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy
	@$(RUN) -c "from importlinter.cli import lint_imports_command as main; main()"
	@$(RUN) -m linli_cli.develop.locks --check
	@$(RUN) -m linli_cli.documents.holidays
	@$(RUN) -m linli_cli.documents.readme
	@$(RUN) -m pytest --quiet tests/test_shape.py
	@$(RUN) -m linli_cli.develop.lint

format: $(READY) ## format the code and make anew what is made of it: parts of READMEs, NOTICE, glossary
	@$(RUN) -m ruff check --fix-only --quiet
	@$(RUN) -m ruff format
	@$(RUN) -m linli_cli.documents.holidays --write
	@$(RUN) -m linli_cli.documents.readme --write

replay: $(READY) ## send samples to their functions: make replay EVENT=events/access/gate_pass
	@$(LINLI) replay "$(or $(EVENT),events)"

documents: $(READY) ## write what others build upon: OpenAPI, AsyncAPI, JSON Schemas, pages that show them
	@$(LINLI) documents

answers: $(READY) ## record anew what samples are answered, as examples for the documents
	@$(RUN) -m pytest --quiet --override-ini "python_files=record_*.py" tests/integration/record_answers.py

deploy: $(READY) ## deploy stacks: make deploy STACK="access health" STAGE=prod PROFILE=ops
	@$(LINLI) deploy $(STACK) --stage "$(STAGE)" $(if $(PROFILE),--profile "$(PROFILE)")

bench: $(READY) ## measure what is budgeted: cold starts, calls, bursts, bulk readings
	@$(RUN) -m pytest --quiet --capture sys --override-ini "python_files=bench_*.py" tests/bench

upgrade: $(READY) ## does this version lose a row of an older one's cloud: make upgrade FROM=v0.1.0
	@$(RUN) -m linli_cli.develop.upgrading --from "$(FROM)" $(if $(PORT),--port "$(PORT)")

templates: $(READY) ## what differs of the packaged templates: make templates AGAINST=v0.1.0
	@$(RUN) -m linli_cli.develop.templates --against "$(AGAINST)"

cost: $(READY) ## what a community costs a month: measured units at list prices
	@$(RUN) -m pytest --quiet --no-header --no-summary --capture no --override-ini "python_files=cost_*.py" tests/cost

action: $(READY) ## scaffold an action: make action NAME=health/fever_check TRIGGER=http|mqtt|sqs|bus
	@$(RUN) -m linli_cli.scaffolding.scaffold "$(NAME)" "$(or $(TRIGGER),http)"

noun: $(READY) ## scaffold what actions share: make noun NAME=governance/ballots
	@$(RUN) -m linli_cli.scaffolding.scaffold "$(NAME)" noun

lock: $(READY) ## resolve every lock file anew from what its source asks for
	@$(RUN) -m linli_cli.develop.locks

# Made again only when the lock changes. uv installs the packages; pip, which comes with Python, installs uv.
$(READY): requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  found=$$("$(PYTHON)" -c 'import platform; print("Python", platform.python_version())' 2>/dev/null); \
	  echo "Linli needs Python 3.11 or newer; $(PYTHON) is $${found:-none}. Try: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@echo "Installing the locked packages into $(VENV) ..."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	@$(RUN) -m uv pip sync --quiet --compile-bytecode --require-hashes --python $(RUN) requirements.lock
	@$(RUN) -m uv pip install --quiet --no-deps --no-build-isolation --python $(RUN) --editable .
	@touch $@
