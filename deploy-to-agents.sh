#!/usr/bin/env bash
# Puts the hook of the installed live-status into several OpenClaw folders at once, or takes it away again. Only the hook: nothing is
# written into the instructions of an agent.
set -euo pipefail

usage() {
  cat <<'END'
Usage: deploy-to-agents.sh [--dry-run] [--remove] STATE_DIR...

STATE_DIR is the folder of one OpenClaw (what OPENCLAW_STATE_DIR names, such as ~/.openclaw).

  --dry-run   say what would be done, change nothing
  --remove    remove the hook instead

Exit codes: 0 done everywhere, 1 failed for at least one folder (each is named), 64 wrong use.
END
}

dry_run=0
action=install
folders=()
while [ $# -gt 0 ]; do
  case "$1" in
    --dry-run) dry_run=1 ;;
    --remove) action=remove ;;
    -h | --help) usage; exit 0 ;;
    -*) echo "deploy-to-agents.sh: unknown option '$1'" >&2; usage >&2; exit 64 ;;
    *) folders+=("$1") ;;
  esac
  shift
done
[ ${#folders[@]} -gt 0 ] || { usage >&2; exit 64; }
command -v live-status >/dev/null || {
  echo 'live-status is not on the PATH; run install.sh first.' >&2
  exit 1
}

failed=0
for folder in "${folders[@]}"; do
  if [ ! -d "$folder" ]; then
    echo "$folder: there is no such folder"
    failed=1
    continue
  fi
  echo "$folder: live-status hook $action"
  [ "$dry_run" -eq 0 ] || continue
  code=0
  OPENCLAW_STATE_DIR="$folder" OPENCLAW_CONFIG_PATH="$folder/openclaw.json" live-status hook "$action" || code=$?
  # 78: the hook is there, and the settings that are missing were named.
  if [ "$code" -ne 0 ] && [ "$code" -ne 78 ]; then failed=1; fi
done
exit "$failed"
