# Makefile - builds, tests and runs Penstock. `make help` lists what there is.
#
# Programs lie in build/, what runs keeps its state in run/. VARIANT=asan builds everything once
# more under AddressSanitizer and UBSan in build/asan/. CC, CFLAGS and LDFLAGS may be given.

VERSION := 0.1.0
VARIANT ?=
TOTAL ?= 10000
REQUESTS ?= 1000000
BUILD := build$(if $(VARIANT),/$(VARIANT))
PYTHON ?= /usr/bin/python3
PYTEST := $(PYTHON) -m pytest -q

CFLAGS ?= -O2 -g
WARN := -std=c11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
LINK := -pie -Wl,-z,relro,-z,now
ifeq ($(VARIANT),asan)
HARDEN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -fPIE
LINK := -pie -fsanitize=address,undefined
endif
ifeq ($(VARIANT),fuzz)
CC := clang
HARDEN := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -fPIE
LINK := -pie -fsanitize=address,undefined
endif
CPPFLAGS += -I. -D_GNU_SOURCE -DPENSTOCK_VERSION='"$(VERSION)"'
COMPILE = $(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $(HARDEN) -MMD -MP

# One list for all programs: the linker takes of it what a program uses.
LIBS := -Wl,--as-needed -lmicrohttpd -lhiredis -ljansson -lev -lsodium -lsqlite3 -lpq -lcurl \
	-linih -lqrencode -lm
objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))

# Archives, so that a program or a test is linked with those parts only that it uses.
CORE := $(BUILD)/core.a
COMMON := $(BUILD)/common.a
PROGRAMS := node ledger buyer
RUSH := $(call objects,bench/rush*.c)
FAULTS := $(addprefix $(BUILD)/faults/,resp_proxy sync_shim.so alloc_shim.so clock_shim.so)
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))

.DEFAULT_GOAL := help
.PHONY: help all programs deps check test tidy format clean up down reset redis-cli ctl status
.PHONY: test-unit test-lua test-cluster test-ledger test-ctl test-life test-buyer test-real
.PHONY: test-asan test-buyer-sale
.PHONY: test-compose test-web pictures
.PHONY: bench bench-ledger rush report-example
.PHONY: test-faults faults faults-long faults-random faults-recovery mutants
.PHONY: fuzz fuzz-targets test-fuzz-corpora

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

all: programs $(BUILD)/bench/rush ## build everything but the tests

programs: $(PROGRAMS:%=$(BUILD)/penstock-%) $(BUILD)/penstockctl ## build the programs

# -- running --------------------------------------------------------------------------------------

up: ## start the cluster here, without Docker: http://localhost:8080/buy/ticket
	@deploy/local.sh up

down: ## stop it: purchases under way are answered first
	@deploy/local.sh down

status: ## what runs, and what is left
	@deploy/local.sh status

reset: ## open a fresh sale: make reset TOTAL=10000
	@deploy/local.sh reset $(TOTAL)

redis-cli: ## ask Redis: make redis-cli ARGS="hgetall ticket_hash_key"
	@deploy/local.sh redis-cli $(ARGS)

ctl: $(BUILD)/penstockctl ## the operator's tool on the local cluster: make ctl ARGS="item list"
	@deploy/local.sh ctl $(ARGS)

# -- testing --------------------------------------------------------------------------------------

deps: ## install what building, running and testing need (apt)
	@deploy/deps.sh build run test web bench

check: all tidy test-unit test-fuzz-corpora test-lua ## the fast part: build, style, unit and script tests

test: deps ## every test but the containers'
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory test-real
	@$(MAKE) --no-print-directory test-faults
	@$(MAKE) --no-print-directory test-web
	@$(MAKE) --no-print-directory test-asan

test-unit: $(UNITS) ## the pure modules, one program each
	@for unit in $(UNITS); do echo "== $$unit"; $$unit || exit 1; done

test-fuzz-corpora: $(FUZZ:%=$(BUILD)/fuzz_replay/%) ## the seeds of the fuzz targets, once each
	@for target in $(FUZZ); do echo "== fuzz $$target"; \
		$(BUILD)/fuzz_replay/$$target tests/fuzz/corpus/$$target/* || exit 1; done

test-lua: ## every answer of every script, on a throwaway Redis
	@$(PYTEST) tests/lua

# The suites that run the programs of this build; TESTS_AT_ONCE=2 runs two tests at a time.
TESTS_AT_ONCE ?=
BUILT := PENSTOCK_NODE=$(BUILD)/penstock-node PENSTOCK_LEDGER=$(BUILD)/penstock-ledger \
	PENSTOCK_CTL=$(BUILD)/penstockctl PENSTOCK_BUYER=$(BUILD)/penstock-buyer
REAL := $(BUILT) $(PYTEST) $(if $(TESTS_AT_ONCE),-n $(TESTS_AT_ONCE))

test-cluster: programs ## nodes, nginx and Redis for real
	@$(REAL) tests/cluster

test-ledger: programs ## the ledger for real, on SQLite and PostgreSQL
	@$(REAL) tests/ledger

test-ctl: programs ## the operator's tool, with Redis, the ledger and nodes for real
	@$(REAL) tests/ctl

test-life: programs ## whole sales, from the first order to the last payment
	@$(REAL) tests/life

test-web: programs tests/web/node_modules ## the two pages in Chromium
	@$(REAL) tests/web

pictures: ## the screenshots of docs/images, made anew by the same tests
	@PENSTOCK_PICTURES=docs/images $(MAKE) --no-print-directory test-web
	@pngquant --force --ext .png docs/images/*.png

# The browser's remote control, exactly as the lock file states it.
tests/web/node_modules: tests/web/package-lock.json
	@cd tests/web && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

test-buyer: programs ## the buyer's tool, with fake servers and real ones
	@$(REAL) tests/buyer -m "not slow"

test-buyer-sale: programs ## 500 buyers' tools at one sale; see docs/BUYER.md
	@$(REAL) tests/buyer -m slow -s

test-real: test-cluster test-ledger test-ctl test-life test-buyer

test-asan: ## the unit tests and those for real under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory VARIANT=asan PENSTOCK_SLOW=3 TESTS_AT_ONCE=2 \
		test-unit test-fuzz-corpora test-real

test-compose: ## `docker compose up` for real, with both generations of compose
	@tests/compose/run.sh

# SEED=n repeats a run; without it each run has a new one and prints it.
SEED ?=
RUNS ?= 200
SECONDS ?= 30
FAULTS_RUN = @PENSTOCK_NODE=$(BUILD)/penstock-node PENSTOCK_LEDGER=$(BUILD)/penstock-ledger \
	PENSTOCK_CTL=$(BUILD)/penstockctl PENSTOCK_FAULT_TOOLS=$(BUILD)/faults PENSTOCK_SEED=$(SEED)

# Cases wait more than they work, so several run at a time.
FAULTS_AT_ONCE ?= 3

test-faults faults faults-long faults-random faults-recovery mutants: programs $(FAULTS)

test-faults: ## the quick selection of the faults, some at a time; `make faults` has the rest
	$(FAULTS_RUN) $(PYTEST) -n $(FAULTS_AT_ONCE) tests/faults --quick

faults: ## what fails, quickly: every fault a named case, and the checker
	$(FAULTS_RUN) $(PYTEST) $(if $(TESTS_AT_ONCE),-n $(TESTS_AT_ONCE)) tests/faults -m "not long"

faults-long: ## the same with the long cases, and a minute of strange bytes into every reader
	$(FAULTS_RUN) $(PYTEST) tests/faults
	@$(MAKE) --no-print-directory fuzz SECONDS=60

AT_ONCE ?= 4
ONE ?=

faults-random: ## random faults: make faults-random RUNS=200 SECONDS=30
	$(FAULTS_RUN) $(PYTHON) tests/faults/random_faults.py --runs $(RUNS) --seconds $(SECONDS) \
		--at-once $(AT_ONCE) $(if $(SEED),--seed $(SEED)) $(if $(ONE),--one $(ONE)) $(ARGS)

faults-recovery: ## ms from kill -9 of each part, under load, to the next order or event
	$(FAULTS_RUN) $(PYTHON) tests/faults/recovery.py $(if $(SEED),--seed $(SEED)) $(ARGS)

mutants: ## bugs on purpose, and which invariant kills each
	@$(PYTHON) tests/faults/mutants/run.py $(ARGS)

# SECONDS has another default for faults-random.
FUZZ_SECONDS := $(if $(filter file undefined,$(origin SECONDS)),20,$(SECONDS))

fuzz: ## strange bytes into every reader, under sanitizers (clang): make fuzz SECONDS=20
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzz-targets
	@$(PYTHON) tests/fuzz/run.py $(FUZZ_SECONDS) build/fuzz

fuzz-targets: $(FUZZ:%=$(BUILD)/fuzz_%)

tidy: ## the style rules, as a program
	@$(PYTHON) tools/tidy.py

format: ## let clang-format lay out the C files
	@git ls-files '*.c' '*.h' | xargs clang-format -i

# -- measuring ------------------------------------------------------------------------------------

bench: all ## ratios to nginx returning 200, from one run; see docs/BENCHMARKS.md
	@$(PYTHON) bench/bench.py $(ARGS)

bench-ledger: $(BUILD)/penstock-ledger ## events a second into SQLite and PostgreSQL
	@$(PYTHON) bench/ledger.py $(ARGS)

rush: all ## 1,000,000 buyers for 10,000 tickets: make rush REQUESTS=1000000 TOTAL=10000
	@REQUESTS=$(REQUESTS) TOTAL=$(TOTAL) $(PYTHON) bench/rush.py $(ARGS)

report-example: all ## the example of a report in docs: a rush with payments and expiry
	@$(BUILT) REQUESTS=$(REQUESTS) TOTAL=$(TOTAL) $(PYTHON) bench/example.py \
		docs/example-report.html --zh docs/example-report.zh-CN.html \
		--picture docs/images/report.png $(ARGS)

clean: ## remove what was built
	rm -rf build

# -- building -------------------------------------------------------------------------------------

$(BUILD)/penstock-%: $(BUILD)/%/main.o $(BUILD)/%.a $(CORE) $(COMMON)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/penstockctl: $(BUILD)/ctl/main.o $(BUILD)/ctl.a $(CORE) $(COMMON)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/bench/rush: $(RUSH)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ -o $@

$(BUILD)/faults/resp_proxy: $(call objects,$(addprefix tests/faults/tools/,resp_proxy.c rules.c lane.c frames.c)) \
		$(BUILD)/common/xmalloc.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ -o $@

$(BUILD)/faults/%.so: tests/faults/tools/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) -shared -fPIC $< -o $@

# A unit test is linked with everything but the programs' main files.
SERVERS := $(BUILD)/node.a $(BUILD)/ledger.a

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(SERVERS) $(CORE) $(COMMON)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) -lcmocka -o $@

# A fuzz target has libFuzzer's main (clang, VARIANT=fuzz), or one that reads its seeds.
FUZZ_PARTS := $(SERVERS) $(CORE) $(COMMON)

$(BUILD)/fuzz_replay/%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(FUZZ_PARTS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_PARTS)
	$(CC) $(CFLAGS) $(LINK) -fsanitize=fuzzer $(LDFLAGS) $^ $(LIBS) -o $@

# Those of penstock-buyer with its parts, as its unit tests are.
$(BUILD)/fuzz_replay/buyer_%: $(BUILD)/tests/fuzz/fuzz_buyer_%.o $(BUILD)/tests/fuzz/replay.o \
		$(BUILD)/buyer.a $(COMMON)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/fuzz_buyer_%: $(BUILD)/tests/fuzz/fuzz_buyer_%.o $(BUILD)/buyer.a $(COMMON)
	$(CC) $(CFLAGS) $(LINK) -fsanitize=fuzzer $(LDFLAGS) $^ $(LIBS) -o $@

# Those of penstockctl with its parts instead: it has a book, as the ledger has.
$(BUILD)/unit/test_ctl_%: $(BUILD)/tests/unit/test_ctl_%.o $(BUILD)/ctl.a $(CORE) $(COMMON)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) -lcmocka -o $@

# Those of penstock-buyer with its own: it has an http, as the node has.
$(BUILD)/unit/test_buyer_%: $(BUILD)/tests/unit/test_buyer_%.o $(BUILD)/buyer.a $(COMMON)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/common.a: $(BUILD)/common/scripts_text.o
.SECONDEXPANSION:
$(BUILD)/%.a: $$(filter-out $(BUILD)/$$*/main.o,$$(call objects,$$*/*.c))
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -c $< -o $@

$(BUILD)/common/scripts_text.c: tools/embed.py $(wildcard lua/*.lua lua/shared/*.lua)
	@mkdir -p $(@D)
	$(PYTHON) tools/embed.py $@ $(wildcard lua/*.lua)

$(BUILD)/common/scripts_text.o: $(BUILD)/common/scripts_text.c
	$(COMPILE) -c $< -o $@

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
