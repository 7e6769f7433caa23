#!/bin/sh
# Makes a fresh clone ready: npm packages, Debian packages (as root), the CNI relay. Quick when there is nothing to do.
# In POSIX sh, because it runs before the Node that runs TypeScript is there.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

# --- npm packages, among them the Node that everything else runs on -------------------------------------------------

stamp=node_modules/.berth-package-lock.json
node=node_modules/.bin/node
wanted=$(sed -n 's/^ *"node": "\([0-9.]*\)".*/v\1/p' package.json)

if ! cmp -s package-lock.json "$stamp"; then
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  if [ "$major" -lt 20 ]; then
    say "Node 20 or newer is needed to fetch the packages, found $(node --version 2>/dev/null || echo none)."
    say "fix: install one, for example with \`apt-get install nodejs npm\` where it is new enough, or from nodejs.org."
    exit 1
  fi
  say "installing the npm packages of package-lock.json"
  npm ci --no-audit --no-fund --loglevel=error >&2
fi
if [ "$("$node" --version 2>/dev/null || true)" != "$wanted" ]; then
  # The package `node` fetches its binary in an install script, and npm can be set up to skip those.
  say "fetching Node $wanted, which the package \`node\` pins"
  npm rebuild node --ignore-scripts=false --loglevel=error >&2
  if [ "$("$node" --version 2>/dev/null || true)" != "$wanted" ]; then
    say "the package \`node\` did not bring Node $wanted. fix: remove node_modules and try again; see the npm log above."
    exit 1
  fi
fi
cmp -s package-lock.json "$stamp" || cp package-lock.json "$stamp"

# --- Debian packages --------------------------------------------------------------------------------------------------

# package | why
packages='
containerd|runs the pods of each lab node
runc|starts the containers for containerd
busybox-static|the root file system of the lab pods
nftables|translation and source checks
iproute2|tests compare the kernel with what the ip command shows
util-linux|nsenter and unshare, to start programs in a namespace
procps|tests look for processes left behind
gcc|compiles the CNI relay
libc6-dev|headers for the CNI relay
awscli|tests drive the EC2 API with the stock client
containernetworking-plugins|the benchmark compares with ptp and host-local
'

missing=""
if [ "$(uname -s)" = Linux ] && command -v dpkg-query >/dev/null 2>&1; then
  names=$(printf '%s' "$packages" | sed -n 's/|.*//p')
  # A list of names, so it is left to be split.
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $names 2>/dev/null | sed -n 's/^installed //p')
  for name in $names; do
    printf '%s\n' "$installed" | grep -qxF "$name" || missing="$missing $name"
  done
elif [ "$(uname -s)" = Linux ]; then
  for tool in containerd runc busybox nft ip nsenter gcc; do
    command -v "$tool" >/dev/null 2>&1 || say "no \`$tool\` here; this is not Debian, so install it your way for the lab on the kernel"
  done
else
  say "this is not Linux: the parts of Berth that need its kernel are left out"
fi

if [ -n "$missing" ]; then
  for name in $missing; do
    say "needs the Debian package $(printf '%s' "$packages" | sed -n "s/^$name|\(.*\)/$name: \1/p")"
  done
  if [ "$(id -u)" = 0 ]; then
    say "installing them with apt-get, log in build/apt.log$(case "$missing" in *containerd*) echo ' (containerd brings a system service; the lab does not use it)' ;; esac)"
    mkdir -p build
    : >build/apt.log
    apt() { DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends "$@" >>build/apt.log 2>&1; }
    # shellcheck disable=SC2086
    apt install $missing || { apt update && apt install $missing; } || {
      tail -n 5 build/apt.log >&2
      say "apt-get could not install them; going on without. fix: what it says above, then run this again"
    }
  else
    say "only root can install them: sudo apt-get install --no-install-recommends$missing"
  fi
fi

# --- the CNI relay ----------------------------------------------------------------------------------------------------

source=native/cni-relay.c
relay=build/cni-relay
if [ -f "$source" ] && [ "$(uname -s)" = Linux ]; then
  if [ ! -x "$relay" ] || [ -n "$(find "$source" -newer "$relay")" ]; then
    if command -v gcc >/dev/null 2>&1; then
      say "compiling $relay"
      mkdir -p build
      # Static: it is started for every pod, and this way nothing has to be loaded beside it.
      gcc -std=c11 -O2 -Wall -Wextra -Werror -static -o "$relay.new" "$source"
      mv "$relay.new" "$relay"
    else
      say "no gcc, so no $relay: pods cannot be started on this machine"
    fi
  fi
fi

# --- compiled sources -------------------------------------------------------------------------------------------------

# Also kept up to date by every run; here so that the first lab starts as quickly as the second.
compiled=node_modules/.cache/berth-compiled
if [ ! -d "$compiled" ]; then
  NODE_COMPILE_CACHE=$compiled "$node" --input-type=module --eval '
    await import("./src/agent/index.ts");
    await import("./src/lab/index.ts");
    await import("@aws-sdk/client-ec2");
  ' || rm -rf "$compiled"
fi
