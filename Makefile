# Homestead. A thin layer over Meson and Ninja: it knows which build a job
# needs and nothing else. `make help` lists what it can do.
#
# CC, CFLAGS and LDFLAGS are read by Meson when a build folder is made.

prefix       ?= /usr/local
sysconfdir   ?= /etc
DESTDIR      ?=
# Time of each fuzz target in `make fuzz`.
FUZZ_SECONDS ?= 60

MESON = meson
NINJA = ninja

# One set of options a build folder.
OPTIONS       = -Dbuildtype=debugoptimized -Db_lundef=false
RELEASE       = $(OPTIONS) --prefix=$(prefix) --sysconfdir=$(sysconfdir)
SANITIZED     = -Ddebug=false -Doptimization=1 -Db_lundef=false \
                -Db_sanitize=address,undefined -Dtests=true -Dclassic=true
FUZZING       = -Ddebug=true -Doptimization=1 -Db_lundef=false \
                -Db_sanitize=address,undefined -Dfuzz=true -Dclassic=true
CLANG_WERROR  = -Dbuildtype=debugoptimized -Db_lundef=false -Dtests=true -Dbench=true -Dclassic=true

.PHONY: all
all: build/build.ninja ## build optimised into build/ (the default)
	@$(NINJA) -C build

.PHONY: run
run: ## install what is missing, build, start a node in the foreground
	@tools/install-deps build
	@$(MAKE) --no-print-directory all
	@tools/run

.PHONY: test
test: ## install what is missing, build with sanitizers, run every test
	@tools/install-deps test
	@$(MAKE) --no-print-directory build-test/build.ninja
	@$(NINJA) -C build-test
	@tools/run-tests build-test

.PHONY: demo
demo: ## several nodes on this machine doing the real work, narrated
	@tools/install-deps build
	@$(MAKE) --no-print-directory all
	@tools/demo

.PHONY: bench
bench: ## every benchmark; bench-NAME runs one
	@tools/install-deps bench
	@$(MAKE) --no-print-directory build-bench/build.ninja
	@$(NINJA) -C build-bench
	@tools/bench build-bench

bench-%:
	@tools/install-deps bench
	@$(MAKE) --no-print-directory build-bench/build.ninja
	@$(NINJA) -C build-bench
	@tools/bench build-bench $*

.PHONY: soak
soak: ## the long tests: all seeds, all kills, compiler matrix; an hour at most
	@tools/install-deps test
	@tools/soak

.PHONY: fuzz
fuzz: ## libFuzzer, FUZZ_SECONDS (60) for each target
	@tools/install-deps test
	@$(MAKE) --no-print-directory build-fuzz/build.ninja
	@$(NINJA) -C build-fuzz
	@tools/fuzz build-fuzz $(FUZZ_SECONDS)

.PHONY: install
install: all ## install below DESTDIR and prefix
	@DESTDIR='$(DESTDIR)' $(MESON) install -C build --no-rebuild
	@[ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || ldconfig

.PHONY: format
format: ## put every C file into the project's format
	@tools/format

.PHONY: lint
lint: ## format, tests of shape, and a clang build with warnings as errors
	@tools/install-deps test
	@tools/format --check
	@$(MAKE) --no-print-directory build-lint/build.ninja
	@$(NINJA) -C build-lint
	@tools/run-tests build-lint --suite shape

.PHONY: docs-check
docs-check: all ## generate the manual pages again and compare
	@tools/docs-check build

.PHONY: clean
clean: ## remove what was built; fetched packages in build-deps/ stay
	@for d in build build-*; do [ "$$d" = build-deps ] || rm -rf "$$d"; done

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# $(call setup,FOLDER,OPTIONS): silent unless it fails.
setup = mkdir -p $(1); $(MESON) setup $(1) $(2) >$(1)/setup.log 2>&1 || { cat $(1)/setup.log; exit 1; }

build/build.ninja:
	@tools/install-deps --check build
	@$(call setup,build,$(RELEASE))

# Six hundred programs are linked for the tests: with gold, which binutils brings, in half the
# time. Whoever sets CC_LD chooses.
build-test/build.ninja:
	@[ -n "$$CC_LD" ] || ! command -v ld.gold >/dev/null || export CC_LD=gold; $(call setup,build-test,$(SANITIZED))

build-bench/build.ninja:
	@$(call setup,build-bench,$(OPTIONS) -Dbench=true)

build-fuzz/build.ninja:
	@CC=clang; export CC; $(call setup,build-fuzz,$(FUZZING))

build-lint/build.ninja:
	@CC=clang; export CC; $(call setup,build-lint,$(CLANG_WERROR))
