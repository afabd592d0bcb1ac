# Bilik. `make run` to vote, `make test` to test, `make check` to lint and type.
# All that is needed beforehand: python3, make and git, on Linux x86-64.

.DEFAULT_GOAL := help
.PHONY: help setup train run shell test nlu-report check format bench bench-box bench-capacity bench-growth bench-talks bench-workers bench-roll bench-nlu clean run-cluster roll grow check-deploy fuzz audit soak faults
.DELETE_ON_ERROR:

SHELL := /bin/bash
UV := .tools/uv
BIN := .venv/bin
MODEL := models/bilik.tar.gz
SOURCES := config.yml domain.yml $(shell find data -name '*.yml') \
	$(wildcard assistant/nlu/*.py bilik/domain/*.py) pyproject.toml

# Rasa reports usage to its makers unless told not to.
export RASA_TELEMETRY_ENABLED := false
export UV_PYTHON_PREFERENCE ?= system
# Deprecations inside Rasa's pinned packages.
export PYTHONWARNINGS ?= ignore
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready ## the environment, in .venv

$(UV): scripts/get_uv.py
	@command -v python3 >/dev/null || { echo "bilik: python3 belum terpasang."; exit 1; }
	@python3 scripts/get_uv.py && touch $@

.venv/.ready: pyproject.toml uv.lock .python-version | $(UV)
	@echo "Menyiapkan lingkungan Python (pertama kali beberapa menit) …"
	@$(UV) sync --locked --all-extras || \
		{ echo "bilik: paket belum lengkap. Periksa sambungan internet, lalu ulangi."; exit 1; }
	@touch $@

train: $(MODEL) ## train the model, if its sources changed

$(MODEL): $(SOURCES) | .venv/.ready
	@echo "Melatih model (sekitar setengah menit) …"
	@mkdir -p var/run
	@$(BIN)/rasa train --fixed-model-name bilik --quiet >var/run/train.log 2>&1 || \
		{ tail -n 20 var/run/train.log; echo "bilik: model belum terlatih."; exit 1; }
	@touch $@

run: .venv/.ready $(MODEL) ## Bilik with a demo election, at http://127.0.0.1:5005/chat
	@exec $(BIN)/python -m assistant.launch

run-cluster: .venv/.ready $(MODEL) ## several workers behind a proxy, with PostgreSQL and Redis, on this machine
	@exec $(BIN)/python -m assistant.cluster.launch

roll: .venv/.ready $(MODEL) ## the workers of run-cluster restarted one by one, with the newest model
	@$(BIN)/python -m assistant.cluster.rolling

grow: .venv/.ready ## a Rasa server and an action server more for run-cluster
	@$(BIN)/python -m assistant.cluster.growing

shell: .venv/.ready $(MODEL) ## talk to Bilik in the terminal, while `make run` runs elsewhere
	@BILIK_ACTIONS_PORT=$${BILIK_ACTIONS_PORT:-5055} $(BIN)/rasa shell --quiet \
		--interface 127.0.0.1 --port $${BILIK_SHELL_PORT:-5015} 2>/dev/null

test: .venv/.ready $(MODEL) ## all tests
	@UV=$(UV) BIN=$(BIN) scripts/test

fuzz: .venv/.ready $(MODEL) ## bad input for hours: FUZZ_TIMES (20), FUZZ_TALK (100000), FUZZ_SECONDS
	@UV=$(UV) BIN=$(BIN) scripts/fuzz

audit: | $(UV) ## what is known against the packages in uv.lock
	@UV=$(UV) scripts/audit

nlu-report: .venv/.ready $(MODEL) ## how well Bilik understands: pictures and words in results/
	@scripts/nlu_report

check: .venv/.ready ## lint and types, also of what stands in deploy/
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && \
		UV=$(UV) BIN=$(BIN) scripts/check_deploy

check-deploy: .venv/.ready ## what stands in deploy/, by the programs that it is for
	@UV=$(UV) BIN=$(BIN) scripts/check_deploy

format: .venv/.ready ## put the code into its usual form
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: .venv/.ready $(MODEL) ## benchmarks, each beside its peer (14 GB of disk for a while)
	@$(BIN)/python -m bench.conversation
	@$(BIN)/python -m bench.ballots
	@$(BIN)/python -m bench.codes
	@$(BIN)/python -m bench.growth

bench-box: .venv/.ready ## whole boxes counted and verified: cores and memory
	@$(BIN)/python -m bench.box

bench-capacity: .venv/.ready $(MODEL) ## what a vote costs on a cluster, by its parts
	@$(BIN)/python -W ignore -m bench.capacity

bench-growth: .venv/.ready $(MODEL) ## long chats, long rolls, full boxes (14 GB of disk for a while)
	@$(BIN)/python -m bench.growth

bench-talks: .venv/.ready $(MODEL) ## memory over 100,000 conversations (half an hour)
	@$(BIN)/python -W ignore -m bench.talks

bench-workers: .venv/.ready $(MODEL) ## a second worker beside the first, each on a slice of a core (as root)
	@$(BIN)/python -W ignore -m bench.workers

bench-roll: .venv/.ready ## voter rolls of up to a million imported: speed and memory
	@$(BIN)/python -m bench.roll

bench-nlu: .venv/.ready ## intent pipelines side by side: accuracy and milliseconds
	@$(BIN)/python -W ignore -m bench.understanding

soak: .venv/.ready $(MODEL) ## a busiest hour on a cluster, in ten minutes: nothing lost, memory flat
	@$(BIN)/python -W ignore -m bench.soak soak

faults: .venv/.ready $(MODEL) ## servers, disks and networks broken while people vote
	@$(BIN)/python -W ignore -m bench.soak faults

clean: ## remove what was built and trained; keeps .env and var/
	rm -rf .venv .venv-unit .tools .rasa results $(MODEL)
