import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fillUnit, type UnitPlace } from '../../../src/cli/service-unit.ts';
import { hiddenPaths } from '../../../src/cli/service-settings.ts';

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
    };
    const nvm = '/home/a/.nvm/versions/node/v24';
    expect(hiddenPaths(variables, `${nvm}/bin/node`, `${nvm}/lib/node_modules/live-status/dist/main.js`)).toEqual([
      '/home/a/.openclaw/agents',
      '/home/a/.config/live-status',
      nvm,
      `${nvm}/lib/node_modules`,
    ]);
    expect(hiddenPaths({ TRANSCRIPT_DIR: '/srv/agents' }, '/usr/bin/node', '/usr/lib/node_modules/live-status/dist/main.js')).toEqual([]);
  });
});
