#!/usr/bin/env bash
# Brings promtool, which checks alerts and metrics, from Debian's package of Prometheus into .cache. The package itself is not installed: it
# would start a server. Nothing is done where promtool is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program=.cache/promtool/promtool
if command -v promtool >/dev/null || [ -x "$program" ]; then exit 0; fi
command -v apt-get >/dev/null || {
  echo 'Only a Debian has the package that promtool is taken from.' >&2
  exit 1
}
mkdir -p .cache/promtool
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
get() {
  apt-get update -qq && (cd "$folder" && apt-get download -qq prometheus)
}
get || get
dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb | tar --extract --directory "$folder" ./usr/bin/promtool
mv "$folder/usr/bin/promtool" "$program"
