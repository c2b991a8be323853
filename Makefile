# The two commands of this repository. Each does all its own set-up on a fresh machine: system packages, build, run.
#
#   make run     the extender in trial mode on https://127.0.0.1:8443
#   make test    everything that can be checked, a real kube-scheduler included
#
# Everything else here is a part of those.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Swift is looked for on PATH first and then where its Linux tarballs are commonly unpacked.
export PATH := $(PATH):/opt/swift/usr/bin:$(HOME)/.local/share/swiftly/bin
swift_folders := Package.swift Sources Tests

.PHONY: help run test lint build build-tests packages test-packages kubernetes check-swift clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: packages ## Build (release) and serve in trial mode: own certificates, built-in prices, no cluster needed
	swift build -c release --static-swift-stdlib --product dakr-scheduler
	exec "$$(swift build -c release --show-bin-path)/dakr-scheduler" serve --trial $(ARGUMENTS)

test: lint build-tests kubernetes ## Lint, build and run every test, end to end with a real kube-scheduler included
	DAKR_KUBERNETES_BIN="$$(scripts/kubernetes-binaries.sh --path)" swift test --skip-build --disable-xctest $(ARGUMENTS)

lint: check-swift ## Check the style of all Swift sources
	swift format lint --strict --recursive $(swift_folders)

build: packages ## Build for debugging
	swift build

build-tests: packages test-packages
	swift build --build-tests

packages: check-swift
	@scripts/system-packages.sh build

test-packages:
	@scripts/system-packages.sh build test

kubernetes: test-packages ## Make etcd, kube-apiserver, kube-scheduler, kubectl and Prometheus for the tests, once
	@scripts/kubernetes-binaries.sh >/dev/null

check-swift:
	@command -v swift >/dev/null || { echo "Swift $$(cat .swift-version) is needed: https://www.swift.org/install/linux" >&2; exit 1; }

clean: ## Remove what was built here; the Kubernetes binaries stay in their cache
	rm -rf .build
