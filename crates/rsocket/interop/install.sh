#!/bin/sh
# Installs the foreign RSocket peers that tests/foreign.rs talks to, under target/interop.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target="$here/../../../target/interop"
mkdir -p "$target"
[ -x "$target/venv/bin/python" ] || python3 -m venv "$target/venv"
"$target/venv/bin/pip" install --quiet --disable-pip-version-check rsocket==0.4.20
