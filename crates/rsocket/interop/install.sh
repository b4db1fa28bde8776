#!/bin/sh
# Installs the foreign RSocket peers that tests/foreign.rs talks to: Python's under target/interop, npm's beside their
# manifests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target="$here/../../../target/interop"
mkdir -p "$target"
[ -x "$target/venv/bin/python" ] || python3 -m venv "$target/venv"
"$target/venv/bin/pip" install --quiet --disable-pip-version-check rsocket==0.4.20
for peer in js-0.0.27 js-1.0.0-alpha.3; do
    lock="$here/$peer/package-lock.json"
    stamp="$here/$peer/node_modules/.installed-lock"
    cmp -s "$lock" "$stamp" && continue
    (cd "$here/$peer" && npm ci --silent --no-progress)
    cp "$lock" "$stamp"
done
