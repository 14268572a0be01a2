# `make` alone lists what there is to make.
.DEFAULT_GOAL := help
.PHONY: help run dev test bench lint fmt

help: ## list these
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

run: ## install what is missing, build, fill the demo organisations, serve on http://127.0.0.1:3000
	@.ci/setup build
	cargo run --quiet -p bundle
	cargo build
	@target/debug/aida demo || true
	@exec target/debug/aida serve

dev: ## the same, built and started again at every change of a source file
	@.ci/setup build
	@.ci/dev

test: ## install what is missing, then check everything
	@.ci/setup test
	@.ci/test

bench: ## how much of a processor a call takes: the state machine alone, then 50, 100 and 200 calls at once
	@.ci/setup build
	@.ci/bench

lint: ## what the compiler and clippy have to say
	@.ci/test format lint

fmt: ## lay out the code as everybody's
	cargo fmt --all
