# Everything runs on the Node that the lock file pins (node_modules/.bin/node), installed by the first target that needs it.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help setup demo test check format bench build images e2e mutants clean

installed := node_modules/.keyferry-installed
node := node_modules/.bin/node

help:
	@echo 'make demo     see it work: a webhook, a Vault, an annotated pod, a rotation (KEEP=1 stays up)'
	@echo 'make test     every test that needs no cluster (TESTS="test/unit/lib" for some of them)'
	@echo 'make check    formatting, types, lint, dead code'
	@echo 'make format   put the formatting right'
	@echo 'make bench    the budgets, measured (BENCH=admission,start,loop,peak,template,broker for some, UPDATE_BASELINE=1 to keep the figures)'
	@echo 'make build    bundle the programs into dist/'
	@echo 'make images   build both images with docker, podman or buildah (NODE_IMAGE, WEBHOOK_IMAGE, AGENT_IMAGE, BITWARDEN_SDK=no)'
	@echo 'make e2e      the scenarios against the cluster of the current kubeconfig'
	@echo 'make mutants  break the code in known places and see the tests fail'

setup: $(installed)

$(installed): package.json package-lock.json .npmrc
	@echo 'Installing dependencies (once) ...'
	@npm ci --loglevel=error
	@touch $@

demo: $(installed)
	@$(node) demo/main.ts $(if $(KEEP),--keep)

test: $(installed)
	@npm test --silent -- $(TESTS)

check: $(installed)
	@npm run --silent format:check
	@npm run --silent typecheck
	@npm run --silent lint
	@npm run --silent dead-code

format: $(installed)
	@npm run --silent format

bench: $(installed)
	@$(node) test/bench/main.ts

build: $(installed)
	@npm run --silent build

# Docker, Podman and Buildah install what an image needs inside of it; only this script needs Node here.
images: $(installed)
	@$(node) scripts/images.mjs

e2e: $(installed)
	@$(node) test/e2e/main.ts

mutants: $(installed)
	@$(node) scripts/mutants.mjs

clean:
	rm -rf node_modules dist coverage
