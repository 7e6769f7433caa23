#!/bin/sh
# `npm start`: set-up, then the first lab in the foreground. exec, so that a Ctrl-C reaches the lab and not a shell.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
exec bin/berth lab up --file examples/labs/first.yaml "$@"
