# hutong - what a person types. `make help` lists it. How C is compiled and
# linked is in scripts/build.mk; each longer job is a script of its own.
SHELL := /bin/sh
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# Where Debian's Node is too old, scripts/setup puts a newer one here.
export PATH := $(CURDIR)/scripts/node/node_modules/.bin:$(PATH)

JOBS ?= $(shell nproc)
# Two builds at once in one checkout take turns.
alone = mkdir -p build && flock build/$(1).lock
compile = $(call alone,compile) $(MAKE) --no-print-directory -f scripts/build.mk \
  $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

# Files, and folders too: a folder's time changes when a file goes away.
inputs = $(if $(wildcard $(1)),$(shell find $(wildcard $(1)) -name node_modules \
  -prune -o -print))
GEN_INPUTS := $(call inputs,schema scripts/gen scripts/gen-update \
  scripts/catalogue.mjs)
WEB_INPUTS := $(call inputs,web/src web/public web/scripts web/index.html web/*.ts web/*.js web/*.json)

## help: list the targets
help:
	@sed -n 's/^## \([a-z-]*\): /  \1\t/p' $(MAKEFILE_LIST) | expand -t 14

## all: build everything that is shipped: build/hutong
all: build/web.stamp build/assets.stamp deps
	+@$(compile) release

## run: install what the build needs, build, serve a demonstration
run:
	@scripts/setup run
	@$(MAKE) --no-print-directory all
	@scripts/run

## deps: build libwebsockets and mbedTLS into build/deps
deps:
	@scripts/deps

## gen: make C, types and openapi from schema/, into build/gen
gen: build/gen.stamp

## web: build the dashboard into build/web
web: build/web.stamp

build/gen.stamp: $(GEN_INPUTS)
	@[ ! -f scripts/gen/gen.mjs ] || { $(call alone,gen) scripts/gen-update; }
	@node scripts/catalogue.mjs schema build/gen
	@mkdir -p build && touch $@

build/web.stamp: $(WEB_INPUTS) build/gen.stamp
	@[ ! -f web/package.json ] || { $(call alone,web) scripts/web-build; }
	@mkdir -p build && touch $@

build/assets.stamp: build/web.stamp scripts/assets.mjs
	@$(call alone,assets) node scripts/assets.mjs build/web build/gen
	@mkdir -p build && touch $@

## asan: the same under AddressSanitizer and UBSan: build/asan/hutong
asan: build/assets.stamp deps
	+@$(compile) asan

## tsan: the same under ThreadSanitizer: build/tsan/hutong
tsan: build/assets.stamp deps
	+@$(compile) tsan

## unit: run the unit tests (T=room/module for one file)
unit: build/assets.stamp deps
	+@$(compile) -k $(if $(T),build/unit/$(T)_test,unit-asan) || \
	  export UNIT_BUILD_FAILED=1; scripts/unit $(T)

## test: run everything below, and sum it: the last line is the result
test:
	@scripts/setup test
	@tests/run

## check: compile with warnings, format, lint, floors, schema, types
check:
	@scripts/check

## blackbox: the server over real HTTP and WebSocket (N=name for some)
blackbox: asan
	@scripts/npm-ci tests/blackbox
	@cd tests/blackbox && HUTONG=$(CURDIR)/build/asan/hutong \
	  node --test --test-concurrency=2 $(if $(N),--test-name-pattern='$(N)')

## browser: journeys in a real browser
browser: all
	@scripts/npm-ci tests/browser
	@cd tests/browser && HUTONG=$(CURDIR)/build/hutong npx playwright test

## screens: pictures of every screen, into build/screens
screens: all
	@scripts/npm-ci tests/browser
	@HUTONG=$(CURDIR)/build/hutong node tests/browser/screens.mjs

## crash: kill the server KILLS times (500) while it writes
KILLS ?= 500
crash: all
	@HUTONG=$(CURDIR)/build/hutong node tests/crash/run.mjs --kills $(KILLS)

## races: threads and the loaded server under ThreadSanitizer
races: tsan
	+@$(compile) -k unit-tsan
	@scripts/races

## fresh: the README's two commands on a bare Debian, in a folder (root)
fresh:
	@scripts/setup fresh
	@scripts/fresh

## clean: remove what was built, except build/deps
clean:
	@if [ -d build ]; then \
	  find build -mindepth 1 -maxdepth 1 -not -name deps -exec rm -rf {} +; fi

## distclean: remove everything that is not in the repository
distclean:
	rm -rf build web/node_modules scripts/node/node_modules \
	  scripts/territory/node_modules \
	  scripts/gen/node_modules tests/blackbox/node_modules \
	  tests/browser/node_modules

.PHONY: help all run deps gen web asan tsan unit test check blackbox browser \
  screens crash races fresh clean distclean
