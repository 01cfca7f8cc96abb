#!/usr/bin/env bash
# Runs the tests of packages again and again, each time in another order, and names what failed. Nothing is taken from the cache.
# Usage: flaky.sh RUNS [PACKAGE...]
set -uo pipefail
runs=$1; shift
[ $# -gt 0 ] || set -- ./...
timeout=30m # of a package; on a machine that is busy with other things the simulations take longer than Go's ten minutes
logs=$(mktemp -d); failed=0
for i in $(seq "$runs"); do
  if go test -count=1 -timeout "$timeout" -shuffle="$i" "$@" >"$logs/$i.log" 2>&1; then
    rm "$logs/$i.log"; echo "run $i of $runs: passed"
  else
    failed=$((failed + 1)); echo "run $i of $runs: failed, see $logs/$i.log"
    grep -hE '^ *--- FAIL|^FAIL|^panic:' "$logs/$i.log" | sort -u
  fi
done
echo "$failed of $runs runs failed"
[ "$failed" = 0 ] && rmdir "$logs"
