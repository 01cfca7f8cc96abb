#!/usr/bin/env bash
# Serves the demo with the given binary on a free port and walks the viewer in headless Chromium, or runs another script of
# web/package.json against it.
# Usage: e2e.sh BINARY SCREENSHOT_DIR [SCRIPT]
set -euo pipefail
binary=$(realpath "$1"); mkdir -p "$2"; shots=$(realpath "$2")
data=$(mktemp -d); log="$data/serve.log"
"$binary" demo --data "$data/state" --addr 127.0.0.1:0 >"$log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT
url=""
for _ in $(seq 600); do
  url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$log" | head -n 1 || true)
  [ -n "$url" ] && break
  kill -0 $server 2>/dev/null || { cat "$log"; echo "rankle demo ended before it served"; exit 1; }
  sleep 0.2
done
[ -n "$url" ] || { cat "$log"; echo "rankle demo printed no URL within two minutes"; exit 1; }
cd web
[ -d node_modules ] || npm ci --no-audit --no-fund
RANKLE_URL="$url" RANKLE_SHOTS="$shots" npm run "${3:-e2e}"
