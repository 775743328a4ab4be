# Telltale. `make run` builds and starts it, `make test` tests everything; both install what they need.

BUN_VERSION := 1.4.5
# Bun from the PATH when it is the right version, else our own copy in .tools, fetched with npm.
BUN := $(shell if [ "$$(bun --version 2>/dev/null)" = "$(BUN_VERSION)" ]; then command -v bun; else echo $(CURDIR)/.tools/node_modules/.bin/bun; fi)
RUN := PATH="$(dir $(BUN)):$$PATH" $(BUN)
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run dev test check golden bench proto build release docker faults fuzz kill screenshots chromium clean

help: ## Show what there is to make
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(CURDIR)/.tools/node_modules/.bin/bun:
	@echo "installing Bun $(BUN_VERSION) into .tools"
	@npm install --prefix .tools --no-save --no-audit --no-fund --loglevel=error bun@$(BUN_VERSION)

node_modules/.installed: package.json bun.lockb $(BUN)
	@$(RUN) install --frozen-lockfile --ignore-scripts
	@touch $@

setup: node_modules/.installed ## Install Bun (if it is missing) and the packages

sources := $(shell find proto server importers watcher frontend -type f -not -name '*.test.ts' -not -path '*/fixtures/*' 2>/dev/null)

dist/telltale: node_modules/.installed build.ts $(sources)
	@$(RUN) build.ts

build: dist/telltale ## Build the one binary, dist/telltale

run: dist/telltale ## Build and start it: page on http://127.0.0.1:8080
	@dist/telltale serve $(ARGS)

dev: node_modules/.installed ## Start from the sources with reload
	@UV_THREADPOOL_SIZE=32 $(RUN) --watch server/main.ts serve $(ARGS)

check: node_modules/.installed ## Format, lint and type check
	@$(RUN) x biome check .
	@$(RUN) x tsc --noEmit

chromium: ## Install a Chromium for the page's tests where there is none
	@sh e2e/install-chromium.sh

test: check dist/telltale chromium ## Run every check and every test, WORKERS (2) files at a time, the compiled binary and the page included
	@TELLTALE_BIN=$(CURDIR)/dist/telltale WORKERS=$(or $(WORKERS),2) $(RUN) e2e/run-tests.ts

golden: node_modules/.installed ## Write the golden files of the importers anew
	@$(RUN) importers/golden.ts

bench: dist/telltale ## Measure: decoding, the write path, prices, usage, import
	@TELLTALE_BIN=$(CURDIR)/dist/telltale $(RUN) bench/run.ts $(ARGS)

faults: dist/telltale ## Kill, overload, starve and corrupt the server (500 kills, 30 s of overload); SEED repeats a run
	@FAULTS=full KILLS=$(or $(KILLS),500) TELLTALE_BIN=$(CURDIR)/dist/telltale $(RUN) test --timeout 3600000 e2e/faults $(ARGS)

fuzz: node_modules/.installed ## Run every property and the damaged inputs for FUZZ_SECONDS (60) each: millions of cases
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),60) $(RUN) test --timeout 3600000 --preload ./e2e/fuzz/more-runs.ts $(or $(ARGS),codec tail-model ledger.property resolve deltas bad-input bad-transcripts decompress attributes fill-column frontend/lib/filter odd-statements grpc-mutations odd-documents e2e/fuzz)

kill: dist/telltale ## Kill the server 100 times under load and count what it had acknowledged
	@KILLS=100 TELLTALE_BIN=$(CURDIR)/dist/telltale $(RUN) test --timeout 600000 e2e/faults/kill.test.ts

proto: node_modules/.installed ## Generate proto/otlp.gen.ts from the .proto files
	@$(RUN) proto/generate.ts

screenshots: dist/telltale chromium ## Take a picture of every screen, light, dark and phone, into screenshots/
	@TELLTALE_BIN=$(CURDIR)/dist/telltale $(RUN) e2e/screenshots.ts $(ARGS)

release: node_modules/.installed ## Build for every platform into dist/
	@for target in bun-linux-x64 bun-linux-arm64 bun-linux-x64-musl bun-linux-arm64-musl bun-darwin-arm64 bun-darwin-x64 bun-windows-x64; do \
		$(RUN) build.ts --target $$target --outfile dist/telltale-$${target#bun-} || exit 1; done

docker: ## Build the container image telltale:latest
	@docker build -t telltale:latest .

clean: ## Remove what was built
	@rm -rf dist .cache
