#!/usr/bin/env bash
# Installs live-status for this user and the hook that starts it with the OpenClaw gateway. Asks for nothing; says what is still missing.
# Can be run again at any time. Needs Node 22.22 or newer and npm.
set -euo pipefail

usage() {
  cat <<'END'
Usage: install.sh [--dry-run] [--uninstall] [--prefix DIR]

  --dry-run     say what would be done, change nothing
  --uninstall   stop the watcher, remove hook and program; settings and state stay
  --prefix DIR  where npm installs (default: npm's own, or ~/.local where that cannot be written)

Exit codes: 0 installed and ready, 1 something went wrong, 64 wrong use, 78 installed, but settings are missing or wrong.
END
}

dry_run=0
uninstall=0
prefix=''
while [ $# -gt 0 ]; do
  case "$1" in
    --dry-run) dry_run=1 ;;
    --uninstall) uninstall=1 ;;
    --prefix)
      [ $# -ge 2 ] || { usage >&2; exit 64; }
      prefix=$2
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    *) echo "install.sh: unknown argument '$1'" >&2; usage >&2; exit 64 ;;
  esac
  shift
done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf '%s\n' "$*"; }

# Shows a command, and runs it unless this is only a rehearsal.
act() {
  say "  $*"
  [ "$dry_run" -eq 1 ] || "$@"
}

check_node() {
  command -v node >/dev/null || {
    say 'Node is missing. Install Node 22.22 or newer, then run this again.' >&2
    exit 1
  }
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 22) ? 0 : 1)' || {
    say "Node $(node --version) is too old: 22.22 or newer is needed. Install a newer one, then run this again." >&2
    exit 1
  }
  command -v npm >/dev/null || {
    say 'npm is missing, which comes with Node from nodejs.org, and on Debian as a package of its own. Install it, then run this again.' >&2
    exit 1
  }
}

# npm's own place when it can be written, else below the home, which needs no root.
choose_prefix() {
  [ -z "$prefix" ] || return 0
  prefix=$(npm prefix --global)
  if [ -w "$prefix/bin" ] && { [ -w "$prefix/lib/node_modules" ] || [ -w "$prefix/lib" ]; }; then return 0; fi
  prefix="$HOME/.local"
}

# A checkout is packed first: installed as it is, npm would only link to it.
install_program() {
  case "$here" in
    */node_modules/live-status) return 0 ;;
  esac
  local tarball
  tarball=$(find "$here" -maxdepth 1 -name 'live-status-*.tgz' -print -quit)
  if [ -z "$tarball" ]; then
    local options=(--silent --ignore-scripts) # what was unpacked is built already
    if [ -d "$here/src" ]; then
      [ -d "$here/node_modules" ] || act npm --prefix "$here" ci --no-audit --no-fund
      options=(--silent)
    fi
    say '  npm pack'
    [ "$dry_run" -eq 1 ] || tarball="$here/$(cd "$here" && npm pack "${options[@]}" | tail -n 1)"
  fi
  act npm install --global --prefix "$prefix" --no-audit --no-fund "${tarball:-live-status.tgz}" || {
    say 'npm could not install live-status; what it said stands above. It needs its registry (npm ping) and room on the disk.' >&2
    exit 1
  }
}

# The folder of the package first: it also works where the command is not on the PATH.
live_status() {
  local program="$prefix/bin/live-status"
  [ -x "$program" ] || program=$(command -v live-status || true)
  [ -n "$program" ] || { say 'live-status is not installed.' >&2; return 1; }
  "$program" "$@"
}

remove_all() {
  say 'Removing live-status:'
  if [ "$dry_run" -eq 1 ]; then
    say '  live-status stop'
    say '  live-status hook remove'
  elif [ -x "$prefix/bin/live-status" ]; then
    live_status stop || true
    live_status hook remove || true
  fi
  act npm uninstall --global --prefix "$prefix" live-status
  say "Settings (~/.config/live-status) and state (~/.local/state/live-status) stay; remove them by hand when they are not needed any more."
}

check_node
choose_prefix
if [ "$uninstall" -eq 1 ]; then
  remove_all
  exit 0
fi

say "Installing live-status to $prefix:"
install_program
if [ "$dry_run" -eq 1 ]; then
  say '  live-status hook install'
  exit 0
fi
case ":$PATH:" in
  *":$prefix/bin:"*) ;;
  *) say "Add $prefix/bin to the PATH to have the command live-status." ;;
esac
if [ -d "${OPENCLAW_STATE_DIR:-$HOME/.openclaw}" ]; then
  live_status hook install
else
  say "There is no OpenClaw at ${OPENCLAW_STATE_DIR:-$HOME/.openclaw}, so no hook was installed. Start the watcher with live-status start."
  live_status config >/dev/null
fi
