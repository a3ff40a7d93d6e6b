# The commands a newcomer needs: `make demo` and `make test`. The one a developer needs: `make check`.
# Both set up what is missing first (libssl-dev and pkg-config; sudo only when not root).

SHELL := /bin/bash
SWIFT ?= swift
export SWIFT_BACKTRACE = enable=no
# A Python that has the BagIt validator, where .ci/setup made one; the tests say so when it is missing.
ifneq ($(wildcard .build-tools/bagit/bin/python),)
export STRONGROOM_PYTHON ?= $(CURDIR)/.build-tools/bagit/bin/python
endif

.DEFAULT_GOAL := help
.PHONY: help setup build test demo check lint format release benchmark keys torture fuzz

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

setup: ## install what is missing: libssl-dev, pkg-config
	@.ci/setup build

build: setup ## build everything, tests included
	$(SWIFT) build --build-tests

# The campaigns keep both cores busy for minutes, and servers have to answer in time: each runs by itself.
CAMPAIGNS := CrashTests|CrashCampaignTests|TamperCampaignTests|TortureTests
SERVERS := ServerTests|WitnessCommandTests

test: setup ## run every test
	$(SWIFT) test --skip '$(CAMPAIGNS)|$(SERVERS)' $(TEST_FLAGS)
	$(SWIFT) test --skip-build --filter '$(SERVERS)' $(TEST_FLAGS)
	$(SWIFT) test --skip-build --filter '$(CAMPAIGNS)' $(TEST_FLAGS)

demo: setup ## play the whole story on a temporary vault
	@.ci/setup demo
	$(SWIFT) build --product strongroom
	@docs/demo/story.sh "$$($(SWIFT) build --show-bin-path)/strongroom"

lint: ## check the format of every Swift file
	$(SWIFT) format lint --strict --recursive Package.swift Sources Plugins Tests Benchmarks

format: ## put every Swift file into the house format
	$(SWIFT) format --in-place --recursive Package.swift Sources Plugins Tests Benchmarks

check: setup lint build test demo ## what CI runs: lint, build without warnings, tests, demo

release: setup ## build the command for use: optimised, Swift inside, libcrypto from the system
	$(SWIFT) build -c release --static-swift-stdlib -Xlinker -s --product strongroom
	@echo "built: $$($(SWIFT) build -c release --static-swift-stdlib --show-bin-path)/strongroom"

benchmark: setup ## measure beside age and SQLite, ratios in one run
	@Benchmarks/run

torture: setup ## the fault campaigns at full size: hours; see docs/TESTING.md
	@.ci/setup ci
	Tests/Torture/run

fuzz: setup ## run every fuzz target for FUZZ_SECONDS (60) seconds
	Fuzz/run $${FUZZ_SECONDS:-60}
