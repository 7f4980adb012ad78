#!/usr/bin/env bash
# Installs the named Debian packages that are missing, as root. Twice, where a mirror does not answer at once.
set -euo pipefail

missing=()
for name in "$@"; do
  dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0
command -v apt-get >/dev/null || {
  echo "These tests need a Debian with: $*" >&2
  exit 1
}
install() {
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends -qq "${missing[@]}" >/dev/null
}
install || install || {
  echo "These tests need Debian packages that could not be installed (as root?): ${missing[*]}" >&2
  exit 1
}
