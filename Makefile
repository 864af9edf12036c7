# `make help` lists what there is. Everything below sets itself up first.

JOBS ?= 2
RUNTIME ?= node

# How often the loops of stress, property, checker and terminate tests run, as a factor.
HEDDLE_LOOPS ?= 1
export HEDDLE_LOOPS

BIN := node_modules/.bin
RUN_node := node
RUN_bun := $(BIN)/bun
RUN_deno := $(BIN)/deno run --allow-all --no-lock
RUN = $(or $(RUN_$(RUNTIME)),$(error RUNTIME must be node, bun or deno, not '$(RUNTIME)'))

# How long `make fuzz` runs each target.
SECONDS ?= 60

# How many threads `make storm` terminates in a runtime.
COUNT ?= 10000

# Biome colours its output even where nobody sees it.
BIOME_FLAGS := $(if $(MAKE_TERMOUT),,--colors=off)
CXX_FILES = $(shell find core binding -name '*.h' -o -name '*.cc')

.DEFAULT_GOAL := help
.PHONY: setup build build-release build-tsan build-asan types lint format mutants test soak unlucky coverage conformance demo bench pack start docs docs-serve storm fuzz clean help

setup: ## install what apt.txt and package-lock.json list
	@scripts/setup

build: setup ## build the addon and the package, so that `import 'heddle'` works in this checkout
	@cmake --preset release >/dev/null
	cmake --build --preset release --target heddle -j $(JOBS)
	$(BIN)/tsc --emitDeclarationOnly
	node tools/bundle.js

build-release build-tsan build-asan: build-%: setup ## build the engine with its tests: plain, TSan, ASan+UBSan
	@cmake --preset $* >/dev/null
	cmake --build --preset $* -j $(JOBS) $(if $(TARGETS),--target $(TARGETS))

types: setup ## type-check examples, tools, test/types and test/bun
	$(BIN)/tsc -p tsconfig.check.json
	$(BIN)/tsc -p test/types
	$(BIN)/tsc -p test/bun

lint: setup ## formatters and linters of both languages; no warnings
	$(BIN)/biome ci --error-on-warnings $(BIOME_FLAGS)
	clang-format --dry-run -Werror $(CXX_FILES)
	@cmake --preset lint >/dev/null
	run-clang-tidy -quiet -p build/lint -j $(JOBS)

format: setup ## rewrite all sources in the project's style
	$(BIN)/biome check --write $(BIOME_FLAGS)
	clang-format -i $(CXX_FILES)

mutants: build ## seed bugs into a copy: the checkers of histories must catch each
	@node tools/mutants/index.js

test: setup ## build and check everything (see tools/check.js for the stages)
	@node tools/check.js

ifdef MINUTES
soak: build
	MINUTES=$(MINUTES) node tools/soak/index.js
else
soak: HEDDLE_LOOPS = 20
soak: test ## the same with 20 times the loops, and mutants; MINUTES=n: mixed load for so long, and a report
endif

storm: build ## terminate COUNT=n threads (10,000) in the midst of whatever they do, in each runtime or in RUNTIME, and a report
	COUNT=$(COUNT) RUNTIME=$(if $(filter file,$(origin RUNTIME)),,$(RUNTIME)) node tools/storm/index.js

unlucky: build ## the JavaScript tests on an engine in which what may fail for no reason does; RUNTIME=node|bun|deno
	@cmake --preset unlucky >/dev/null
	cmake --build --preset unlucky --target heddle -j $(JOBS)
	node tools/unlucky.js $(RUNTIME)

fuzz: build ## fuzz the engine and the addon with libFuzzer, and the decoders in each runtime, SECONDS=n each
	@cmake --preset fuzz >/dev/null
	cmake --build --preset fuzz --target fuzz -j $(JOBS)
	node tools/fuzz.js $(SECONDS)

coverage: build ## what the tests run of the engine, by line and branch; fails on what core/test/uncovered.json does not explain
	@cmake --preset coverage >/dev/null
	cmake --build --preset coverage --target unit_tests fault_tests stress_tests heddle -j $(JOBS)
	node tools/coverage.js

conformance: setup ## write docs/conformance.md: what the proposal promises, and what shows it
	node tools/conformance/index.js

demo: build ## load 135,233 cities from four workers; RUNTIME=node|bun|deno
	$(RUN) examples/cities/main.js

bench: build ## compare with rivals on every runtime, and the engine alone with libitm
	@bench/setup
	cmake --build --preset release --target engine_bench -j $(JOBS)
	node bench/run.js

pack: build ## make the packages that are published, in build/packages, and look at them as their users do
	@node tools/pack/index.js

start: pack ## begin with them in empty directories, as docs/start.md says, with every package manager and version of Node
	@tools/start/matrix/setup
	@node tools/start/index.js --all

docs: setup ## build the documentation site into build/docs; fails on dead links
	@docs/setup
	cd docs && node_modules/.bin/typedoc && node_modules/.bin/vitepress build

docs-serve: docs ## build the site and serve it
	cd docs && node_modules/.bin/vitepress preview

clean: ## remove what `make` built
	rm -rf build dist

help:
	@sed -n 's/^\([a-z-]*\)\( [a-z -]*\)*:.*## \(.*\)/  make \1\t\3/p' $(MAKEFILE_LIST) | expand -t 24
