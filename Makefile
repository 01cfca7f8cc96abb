# One static binary: no C compiler is needed to build or to run.
export CGO_ENABLED = 0

GO      ?= go
DATA    ?= rankle-data
FUZZTIME ?= 20s
FUZZCPU ?= 600
# Decides the moments of the kills of make soak.
SEED    ?= 1
# How often make flaky runs the suite, or the packages named by PACKAGES.
N        ?= 20
PACKAGES ?= ./...
# Where the browser tests leave their screenshots.
SHOTS   ?= .cache/screenshots

.PHONY: help build test check demo bench fuzz fuzz-long hostile soak update race flaky man web web-check web-test e2e pictures demo-bucket eval calibrate corpus sim audit release release-check

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/rankle, one static binary with the viewer inside
	$(GO) build -trimpath -o bin/rankle ./cmd/rankle

demo: ## analyse the bundled demo bucket and serve the viewer on 127.0.0.1
	$(GO) run ./cmd/rankle demo

man: build ## write manual pages into bin/man
	bin/rankle man bin/man

test: ## run the whole Go test suite
	$(GO) test ./... ./.ci/audit ./.ci/release

audit: build ## ask the vulnerability databases about the program and the viewer (policy: .ci/audit; AUDIT_REQUIRED=1: fail if they cannot be asked)
	$(GO) run ./.ci/audit bin/rankle

release: ## build the archives of this commit into dist/, with lists of what is in them and checksums; the same bytes everywhere
	$(GO) run ./.ci/release -out dist

release-check: ## build the archive for linux/amd64 twice, apart, and compare the bytes
	$(GO) run ./.ci/release -check

race: ## the packages that start goroutines, under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short -timeout 30m ./ranker/pipeline/... ./api/... ./ranker/review/... ./replay/source/... ./cmd/...
	CGO_ENABLED=1 $(GO) test -race -run '^TestConcurrent' ./cluster/ledger

flaky: ## run the suite N times in N orders and name what fails (hours; PACKAGES=./api fewer)
	@bash .ci/flaky.sh $(N) $(PACKAGES)

check: ## formatting, vet, staticcheck, layers, tidy modules; with Node also the freshness of web/dist
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt -w on the files above"; exit 1; }
	$(GO) vet ./... ./testdata/demo ./.ci/audit ./.ci/release
	$(GO) tool staticcheck ./... ./testdata/demo ./.ci/audit ./.ci/release
	$(GO) run .ci/layers.go
	$(GO) mod verify
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web-check; else echo "web-check left out: it needs Node and npm"; fi

calibrate: ## fit the detectors' confidence to the labelled recordings, then score them anew
	$(GO) test ./cluster/friction/eval -run TestCalibration -update
	$(GO) test ./cluster/friction/eval -run TestEval -update

eval: ## score the detectors and other systems' rules on the labelled recordings, and print the table
	$(GO) test ./cluster/friction/eval
	@cat testdata/corpus/EVAL.txt

bench: ## throughput and memory of reading, as ratios within one run
	$(GO) test -run '^$$' -bench . -benchmem ./replay/... ./cluster/... ./ranker/...

sim: ## rank simulated worlds whose true losses are known, at three sizes, and compare with the golden files (up to an hour)
	$(GO) test ./ranker -run 'TestSim$$' -sim.sessions=2000
	$(GO) test ./ranker -run 'TestSim$$' -sim.sessions=20000 -timeout 1h
	$(GO) test ./ranker -run 'TestSim$$' -sim.sessions=200000 -timeout 3h -parallel 2
	@cat ranker/testdata/sim-*.golden

fuzz: ## every fuzz target for FUZZTIME each
	@for t in $$(grep -rlE '^func Fuzz' --include=*_test.go . | sort); do \
	  for f in $$(grep -oE '^func Fuzz[A-Za-z0-9_]+' $$t | cut -c6-); do \
	    echo "== $$(dirname $$t) $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x ./$$(dirname $$t) || exit 1; \
	  done; done

fuzz-long: ## every fuzz target until it has had FUZZCPU seconds of processor time, goes on where it was stopped (hours)
	@CPU=$(FUZZCPU) GO=$(GO) .ci/fuzz-long

hostile: ## what recordings that were made to hurt cost, as a table
	$(GO) test ./cmd/rankle -run '^TestHostileRecordings' -v -count=1 | grep -E '\| |FAIL|ok'

soak: ## kill analyses and servers at random moments, 250 times, and hold what they recover to against undisturbed runs (half an hour)
	$(GO) test ./cmd/rankle -run '^TestSoak' -v -count=1 -timeout 2h -soak.kills=200 -soak.serve=50 -soak.runs=12 -soak.seed=$(SEED)

update: ## rewrite the golden files; review the difference as code
	$(GO) test $$(grep -rl 'flag.Bool("update"' --include=*_test.go . | xargs -n 1 dirname | sort -u) -update

web: ## build the viewer into web/dist (needs Node)
	cd web && npm ci --no-audit --no-fund && npm run build

web-check: ## prove that web/dist is what web/src builds, and lint it
	cd web && npm ci --no-audit --no-fund && npm run check && npm run build
	@git diff --exit-code --stat -- web/dist || { echo "web/dist is stale: run make web and commit it"; exit 1; }

web-test: ## unit tests of the viewer
	cd web && npm test

e2e: build ## walk the viewer in headless Chromium against the demo bucket (needs Node and Chromium)
	bash .ci/e2e.sh bin/rankle $(SHOTS)

pictures: build ## take the pictures of the documents anew, from the demo (needs Node and Chromium)
	bash .ci/e2e.sh bin/rankle docs/images pictures

demo-bucket: ## record the demo bucket again (needs Node and Chromium; many minutes)
	cd testdata/demo/generator && npm ci --no-audit --no-fund && npm run generate

corpus: ## record the labelled corpus again (needs Node and Chromium; ten minutes)
	cd testdata/corpus/generator && npm ci --no-audit --no-fund && npm run generate
