import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillUnit, type UnitPlace } from '../../../src/cli/service-unit.ts';
import { homesOfOthers, homesOfService } from '../../../src/cli/service-homes.ts';
import { hiddenPaths, ownerOf, ownVariables, problemsOf } from '../../../src/cli/service-settings.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const TEMPLATE = readFileSync(new URL('../../../deploy/status-watcher.service', import.meta.url), 'utf8');
const PLACE: UnitPlace = {
  node: '/usr/bin/node',
  program: '/usr/lib/node_modules/live-status/dist/main.js',
  owner: { user: 'alice', group: 'staff' },
  readOnlyPaths: [],
};

/** The settings that are in force: what is no comment. */
function inForce(place: Partial<UnitPlace> = {}): string[] {
  return fillUnit(TEMPLATE, { ...PLACE, ...place })
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));
}

describe('the unit of this machine', () => {
  it('runs the program with the Node that installed it, as the owner of the transcripts', () => {
    const lines = inForce();
    expect(lines).toContain(
      'ExecStart=/usr/bin/node --disable-warning=ExperimentalWarning /usr/lib/node_modules/live-status/dist/main.js run',
    );
    expect(lines.filter((line) => /^(User|Group|DynamicUser)=/.test(line))).toEqual(['User=alice', 'Group=staff']);
  });

  it('runs as a user of its own where only a gateway is watched', () => {
    const { owner: _, ...place } = PLACE;
    const lines = fillUnit(TEMPLATE, place).split('\n');
    expect(lines.filter((line) => /^(User|Group|DynamicUser)=/.test(line))).toEqual(['DynamicUser=yes']);
  });

  it('shows the service read-only what its sandbox would hide, and takes odd paths literally', () => {
    const lines = inForce({ readOnlyPaths: ['/home/al ice/50%/agents'], program: '/opt/$x/main.js' });
    expect(lines).toContain('BindReadOnlyPaths="/home/al ice/50%%/agents"');
    expect(lines).toContain('ExecStart=/usr/bin/node --disable-warning=ExperimentalWarning /opt/$$x/main.js run');
  });

  it('sees /proc/locks only for Codex', () => {
    const subset = (place: Partial<UnitPlace>) => inForce(place).filter((line) => line.startsWith('ProcSubset='));
    expect(subset({})).toEqual(['ProcSubset=pid']);
    expect(subset({ seesLocks: true })).toEqual(['ProcSubset=all']);
  });

  it('hands the token over as a credential only when there is one', () => {
    expect(inForce().filter((line) => /CREDENTIAL|mm-token/i.test(line))).toEqual([]);
    expect(inForce({ tokenFile: '/etc/status-watcher.token' }).filter((line) => line.includes('mm-token'))).toEqual([
      'LoadCredential=mm-token:/etc/status-watcher.token',
      'Environment=MM_TOKEN_FILE=%d/mm-token',
    ]);
  });
});

describe('what the sandbox of the service would hide', () => {
  it('is what lies below a home: transcripts, files that settings name, Node and the program', () => {
    const variables = {
      TRANSCRIPT_DIR: '/home/a/.openclaw/agents',
      MM_TOKEN_FILE: '/home/a/.config/live-status/token',
      TOOL_LABELS_FILE: '/etc/labels.json',
      FLEET_CREDS: '/home/a/.nats/web-1.creds',
      MESH_NATS_CA_FILE: '/root/mesh/ca.pem',
    };
    const nvm = '/home/a/.nvm/versions/node/v24';
    expect(hiddenPaths(variables, `${nvm}/bin/node`, `${nvm}/lib/node_modules/live-status/dist/main.js`)).toEqual([
      '/home/a/.openclaw/agents',
      '/home/a/.config/live-status',
      '/root/mesh',
      '/home/a/.nats',
      nvm,
      `${nvm}/lib/node_modules`,
    ]);
    expect(hiddenPaths({ TRANSCRIPT_DIR: '/srv/agents' }, '/usr/bin/node', '/usr/lib/node_modules/live-status/dist/main.js')).toEqual([]);
  });
});

describe('a service that watches coding agents', () => {
  const NOBODY = 65_534;
  const isRoot = process.getuid?.() === 0;

  function homes(...folders: string[]): string {
    const users = tempFolder('service-homes');
    for (const folder of folders) mkdirSync(join(users, folder), { recursive: true });
    return users;
  }

  it('binds their homes, and starts also when one of them is gone', () => {
    const variables = { CLAUDE_CONFIG_DIR: '/home/a/.claude', CODEX_HOME: '/srv/codex', SOURCES: 'claude-code,codex,pi' };
    const found = homesOfService(variables, '/home/a');
    expect(found).toEqual({ 'claude-code': ['/home/a/.claude'], codex: ['/srv/codex'], pi: ['/home/a/.pi/agent'] });
    const paths = hiddenPaths(variables, '/usr/bin/node', '/usr/lib/node_modules/live-status/dist/main.js', Object.values(found).flat());
    expect(paths).toEqual(['-/home/a/.claude', '-/home/a/.pi/agent']);
    expect(inForce({ readOnlyPaths: paths })).toContain('BindReadOnlyPaths=-/home/a/.claude');
  });

  it('finds by itself what is in the home of its user, and nothing of the user who installs it', () => {
    const home = homes('.codex');
    expect(homesOfService({}, home)).toEqual({ codex: [join(home, '.codex')] });
    expect(homesOfService({}, undefined)).toEqual({});
    expect(problemsOf({ MM_URL: 'http://127.0.0.1:9', MM_TOKEN: 'token-of-a-bot-1234567890' }, home)).toEqual([]);
  });

  it("keeps the agents' own variables", () => {
    expect(ownVariables({ CLAUDE_CONFIG_DIR: '/a', CODEX_HOME: '/b', OTHER: 'c' })).toEqual({ CLAUDE_CONFIG_DIR: '/a', CODEX_HOME: '/b' });
  });

  it.runIf(isRoot)('runs as the owner of the homes', () => {
    const users = homes('alice/.claude');
    chownSync(join(users, 'alice/.claude'), NOBODY, NOBODY);
    expect(ownerOf({ CLAUDE_CONFIG_DIR: join(users, 'alice/.claude') }, undefined)).toMatchObject({ user: 'nobody' });
    expect(ownerOf({ CODING_HOMES: `${users}/*` }, undefined)).toMatchObject({ user: 'nobody' });
  });

  it.runIf(isRoot)('asks for its user where the homes belong to several, and names the homes that this user does not own', () => {
    const users = homes('alice/.claude', 'bob/.codex');
    chownSync(join(users, 'bob/.codex'), NOBODY, NOBODY);
    expect(ownerOf({ CODING_HOMES: `${users}/*` }, undefined)).toEqual({ problem: expect.stringMatching(/several users.*--run-as/) });
    expect(ownerOf({ CODING_HOMES: `${users}/*` }, 'nobody')).toMatchObject({ user: 'nobody' });
    const found = Object.values(homesOfService({ CODING_HOMES: `${users}/*` }, undefined)).flat();
    expect(homesOfOthers(found, 'nobody')).toEqual([join(users, 'alice/.claude')]);
  });

  it('asks for its user where only SOURCES names an agent, and makes one up for a gateway alone', () => {
    expect(ownerOf({ SOURCES: 'claude-code' }, undefined)).toEqual({ problem: expect.stringContaining('--run-as') });
    expect(ownerOf({ GATEWAY_URL: 'ws://127.0.0.1:1' }, undefined)).toEqual({ kind: 'nobody' });
  });
});
