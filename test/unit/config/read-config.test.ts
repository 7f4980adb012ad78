import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, problemLine, readConfig, readSettings, secretsOf } from '../../../src/config/config.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const folder = tempFolder('config');
const TOKEN = 'not-a-real-token';
const REQUIRED = { MM_URL: 'https://chat.example.org', MM_TOKEN: TOKEN, TRANSCRIPT_DIR: '/agents' };

function valid(env: NodeJS.ProcessEnv): Config {
  const result = readConfig(env);
  if (result.kind === 'wrong') throw new Error(result.problems.map(problemLine).join('\n'));
  return result.config;
}

function problems(env: NodeJS.ProcessEnv): string[] {
  const result = readConfig(env);
  return result.kind === 'wrong' ? result.problems.map(problemLine) : [];
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('defaults', () => {
  it('has the documented default of every variable that is not required', () => {
    const { mmUrl, mmToken, transcriptDir, stateDir, chosen: _chosen, ...rest } = valid({ ...REQUIRED, HOME: '/home/somebody' });
    expect({ mmUrl, mmToken, transcriptDir, stateDir }).toEqual({
      mmUrl: 'https://chat.example.org',
      mmToken: TOKEN,
      transcriptDir: '/agents',
      stateDir: '/home/somebody/.local/state/live-status',
    });
    expect(rest).toEqual({
      mmTokenFile: undefined,
      role: 'both',
      fleetServer: 'main',
      fleetReplicas: '1',
      allowPlaintext: false,
      editsPerSecondMax: undefined,
      channelEditsPerHour: 500,
      sources: { text: 'auto', ids: undefined },
      gatewayUrl: undefined,
      gatewayToken: undefined,
      gatewayTokenFile: undefined,
      sessionsJson: undefined,
      watchPolling: false,
      boxStyle: 'attachment',
      verbosity: 'normal',
      placement: 'auto',
      rootGone: 'park',
      routes: undefined,
      threadLifeMs: 43_200_000,
      toolLabelsFile: undefined,
      maxStatusLines: 15,
      maxMessageChars: 15_000,
      maxActiveSessions: 20,
      channels: { allow: [], deny: [] },
      agents: { allow: [], deny: [] },
      cron: 'failures',
      direct: 'off',
      defaultChannel: undefined,
      defaultChannelDirect: false,
      signs: true,
      board: 'off',
      boardChannels: undefined,
      page: 'auto',
      pageDirect: false,
      openAfterMs: 2_000,
      throttleMs: 500,
      pace: [
        { fromAgeMs: 0, intervalMs: 2_000 },
        { fromAgeMs: 60_000, intervalMs: 5_000 },
        { fromAgeMs: 300_000, intervalMs: 15_000 },
      ],
      editsPerSecond: { perSecond: 5, burst: 20 },
      idleTimeoutMs: 60_000,
      maxSessionDurationMs: 1_800_000,
      breakerThreshold: 5,
      breakerCooldownMs: 30_000,
      healthPort: 9_090,
      healthHost: '127.0.0.1',
      logLevel: 'info',
      healthToken: undefined,
      healthTokenFile: undefined,
      pidFile: '/home/somebody/.local/state/live-status/status-watcher.pid',
      call: 'off',
      callFailedAfterMs: 300_000,
      callDoneAfterMs: 900_000,
      digestAt: undefined,
      operators: undefined,
      operationsChannel: undefined,
      callsPerHour: 6,
      coordinator: 'general',
      coordinatorRoles: undefined,
      coordinatorMissingAfterMs: 600_000,
      coordinatorRules: undefined,
      protectedBranches: ['main', 'master', 'production', 'release/*'],
      loopCalls: 10,
      loopMs: 600_000,
      burnUsd: 2,
      burnTokens: 1_000_000,
      governanceDir: '/home/somebody/.openclaw/governance',
      auditLedger: '/home/somebody/.local/state/live-status/audit_ledger.jsonl',
      auditLedgerCreate: true,
    });
  });

  it('takes an empty variable, or one of blanks, for unset', () => {
    expect(valid({ ...REQUIRED, THROTTLE_MS: '', CRON: '  ' })).toMatchObject({ throttleMs: 500, cron: 'failures' });
  });

  it('prefers the state directory of systemd, its first one, then the XDG state home', () => {
    expect(valid({ ...REQUIRED, STATE_DIRECTORY: '/var/lib/a:/var/lib/b', XDG_STATE_HOME: '/x' }).stateDir).toBe('/var/lib/a');
    expect(valid({ ...REQUIRED, XDG_STATE_HOME: '/x' }).stateDir).toBe('/x/live-status');
    expect(valid({ ...REQUIRED, STATE_DIR: '/own', STATE_DIRECTORY: '/var/lib/a' }).stateDir).toBe('/own');
  });
});

describe('problems', () => {
  it('names every missing variable at once', () => {
    const lines = problems({});
    expect(lines).toHaveLength(3);
    for (const name of ['MM_URL', 'MM_TOKEN', 'TRANSCRIPT_DIR'])
      expect(lines.filter((line) => line.startsWith(`${name} is missing; expected `))).toHaveLength(1);
  });

  it('names missing, malformed and contradictory variables together, each with what is expected', () => {
    const lines = problems({
      MM_URL: 'http://chat.example.org',
      MM_TOKEN: TOKEN,
      THROTTLE_MS: 'soon',
      PACE: '1m',
      BOX_STYLE: 'huge',
      TOOL_LABELS_FILE: '/nowhere.json',
      WATCH_POLLING: 'maybe',
    });
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual([
      'BOX_STYLE',
      'MM_URL',
      'THROTTLE_MS',
      'TOOL_LABELS_FILE',
      'TRANSCRIPT_DIR',
      'WATCH_POLLING',
    ]);
    expect(lines).toContain('THROTTLE_MS is "soon"; expected a whole number of milliseconds from 10 to 60000');
    expect(lines).toContain('BOX_STYLE is "huge"; expected one of attachment, message');
  });

  it.each([
    ['MAX_STATUS_LINES', ['1', '200'], ['0', '201', '-1', '1.5', '1e2', '0x10', ' ١ ']],
    ['MAX_MESSAGE_CHARS', ['500', '16383'], ['499', '16384']],
    ['MAX_ACTIVE_SESSIONS', ['0'], ['-1', 'none']],
    ['CHANNEL_EDITS_PER_HOUR', ['0', '500', '100000'], ['-1', 'none']],
    ['EDITS_PER_SECOND_MAX', ['5', '7.5', '1000'], ['0', '4.9', '1001', '5:20']],
    ['HEALTH_PORT', ['0', '65535'], ['65536', 'http']],
    ['IDLE_TIMEOUT_S', ['1'], ['0', '1m', '86401']],
    ['CIRCUIT_BREAKER_THRESHOLD', ['1'], ['0']],
    ['LOG_LEVEL', ['debug', 'WARN', 'silent'], ['verbose']],
    ['PLACEMENT', ['reply', 'Channel'], ['thread']],
    ['DIRECT', ['own'], ['all', '1']],
    ['HEALTH_HOST', ['127.0.0.1', '::1', '[::1]', 'localhost'], ['http://localhost', 'a b']],
    ['DEFAULT_CHANNEL', ['abcdefghijklmnopqrstuvwxyz', 'ops/Town-Square'], ['town-square', 'a/b/c', 'ops/~x']],
  ])('%s takes its range and nothing else', (variable, good, bad) => {
    for (const text of good) expect(problems({ ...REQUIRED, [variable]: text })).toEqual([]);
    for (const text of bad) expect(problems({ ...REQUIRED, [variable]: text })).toEqual([expect.stringContaining(variable)]);
  });

  it.each(['1', 'true', 'YES', 'on'])('understands %s as on', (text) =>
    expect(valid({ ...REQUIRED, WATCH_POLLING: text }).watchPolling).toBe(true),
  );
  it.each(['0', 'false', 'No', 'off'])('understands %s as off', (text) =>
    expect(valid({ ...REQUIRED, WATCH_POLLING: text }).watchPolling).toBe(false),
  );

  it('reads only what is asked for, so that a missing token does not keep stop from working', () => {
    expect(readSettings({ PID_FILE: '/run/x.pid' }, ['pidFile'])).toEqual({ pidFile: '/run/x.pid' });
    expect(readSettings({ HEALTH_PORT: 'x' }, ['pidFile', 'healthPort'])).toMatchObject({ problems: [{ variable: 'HEALTH_PORT' }] });
  });
});

describe('the token', () => {
  it('is read from a file and trimmed, also through a link as secret mounts have it', () => {
    const path = file('token', `  ${TOKEN}\n`);
    const link = join(folder, 'link');
    symlinkSync(path, link);
    const config = valid({ ...REQUIRED, MM_TOKEN: '', MM_TOKEN_FILE: link });
    expect(config).toMatchObject({ mmToken: TOKEN, mmTokenFile: link });
    expect(secretsOf(config)).toEqual([TOKEN]);
  });

  it.each([
    ['is not there', join(folder, 'absent')],
    ['is a directory', folder],
    ['is empty', file('empty', ' \n')],
    ['has more than a token in it', file('two', `${TOKEN}\nsecond-line\n`)],
  ])('is refused when its file %s, without quoting the content', (_what, path) => {
    const lines = problems({ ...REQUIRED, MM_TOKEN: '', MM_TOKEN_FILE: path });
    expect(lines).toEqual([expect.stringMatching(/^MM_TOKEN_FILE names a file/)]);
    expect(lines.join()).not.toContain(TOKEN);
  });

  it('is refused when both variables are set', () => {
    expect(problems({ ...REQUIRED, MM_TOKEN_FILE: file('both', TOKEN) })).toEqual([
      'MM_TOKEN is set, and MM_TOKEN_FILE is set too; expected only one of the two',
    ]);
  });

  it('is never quoted, wherever it was put by mistake', () => {
    const lines = problems({ MM_TOKEN: TOKEN, MM_URL: TOKEN, CRON: `x${TOKEN}`, TRANSCRIPT_DIR: '/x', TOOL_LABELS_FILE: `/${TOKEN}` });
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toContain(TOKEN);
    expect(problems({ ...REQUIRED, MM_TOKEN: 'two words of it' }).join()).not.toContain('two words');
  });
});

/** What a path may lead to by mistake. The giant takes no room on the disk. */
function strangeFiles(): [string, string, RegExp][] {
  const [fifo, giant] = [join(folder, 'fifo'), join(folder, 'giant')];
  execFileSync('mkfifo', [fifo]);
  writeFileSync(giant, TOKEN);
  truncateSync(giant, 2 ** 33);
  const long = file('long', 'x'.repeat(20_000));
  return [
    ['a FIFO', fifo, /not a regular one/],
    ['a directory', folder, /not a regular one/],
    ['a device', '/dev/zero', /not a regular one/],
    ['a giant', giant, /more than \d+ bytes/],
    ['a long token', long, /more than 16384 bytes/],
  ];
}

describe('a file that is not what it should be', () => {
  const strange = strangeFiles();

  it.each(strange)('%s is refused as a token, at once and with what is expected', (_what, path, words) => {
    for (const [variable, env] of [
      ['MM_TOKEN_FILE', { MM_TOKEN: '', MM_TOKEN_FILE: path }],
      ['GATEWAY_TOKEN_FILE', { GATEWAY_TOKEN_FILE: path }],
      ['HEALTH_TOKEN_FILE', { HEALTH_TOKEN_FILE: path }],
    ] as const) {
      const lines = problems({ ...REQUIRED, ...env });
      expect(lines).toEqual([expect.stringMatching(words)]);
      expect(lines[0]).toMatch(new RegExp(`^${variable} names .*; expected the path of a file that contains the token$`));
      expect(lines[0]).not.toContain(TOKEN);
    }
  });

  it.each(strange.slice(0, 4))('%s is refused as tool labels', (_what, path, words) => {
    expect(problems({ ...REQUIRED, TOOL_LABELS_FILE: path })).toEqual([expect.stringMatching(words)]);
  });

  it.each(strange.slice(0, 4))("%s in the place of OpenClaw's configuration names no gateway and holds nothing up", (_what, path) => {
    expect(valid({ ...REQUIRED, OPENCLAW_CONFIG_PATH: path }).chosen).not.toHaveProperty('gateway');
  });
});

describe('health that others can reach', () => {
  it.each(['0.0.0.0', '::', '[::]', '10.0.0.3', 'host.example'])('at %s needs a token, and says how to go on', (host) => {
    expect(problems({ ...REQUIRED, HEALTH_HOST: host })).toEqual([
      expect.stringMatching(
        /^HEALTH_TOKEN is missing, .* other machines; expected .*HEALTH_TOKEN_FILE.*HEALTH_HOST=127.0.0.1.*HEALTH_PORT=0$/,
      ),
    ]);
    expect(problems({ ...REQUIRED, HEALTH_HOST: host, HEALTH_PORT: '0' })).toEqual([]);
    expect(valid({ ...REQUIRED, HEALTH_HOST: host, HEALTH_TOKEN: 'of-health' }).healthToken).toBe('of-health');
  });

  it('takes the token from a file, masks it, and only one of the two', () => {
    const config = valid({ ...REQUIRED, HEALTH_HOST: '0.0.0.0', HEALTH_TOKEN_FILE: file('health', 'of-health\n') });
    expect(config.healthToken).toBe('of-health');
    expect(secretsOf(config)).toContain('of-health');
    expect(problems({ ...REQUIRED, HEALTH_TOKEN: 'of-health', HEALTH_TOKEN_FILE: file('health', 'b') })).toEqual([
      'HEALTH_TOKEN is set, and HEALTH_TOKEN_FILE is set too; expected only one of the two',
    ]);
  });

  it.each(['127.0.0.1', '127.0.0.9', '::1', '[::1]', 'localhost'])('does not need one at %s', (host) =>
    expect(problems({ ...REQUIRED, HEALTH_HOST: host })).toEqual([]),
  );
});

describe('PRICES_FILE', () => {
  const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

  it('has four prices for each model', () => {
    const path = file('prices.json', JSON.stringify({ 'claude-sonnet-*': price }));
    expect(valid({ ...REQUIRED, PRICES_FILE: path }).prices).toEqual({ 'claude-sonnet-*': price });
    expect(valid(REQUIRED).prices).toBeUndefined();
  });

  it('is named among the problems when it is something else, and is not quoted', () => {
    for (const [content, words] of [
      ['hush-hush', 'is not a JSON object'],
      ['[]', 'is not a JSON object'],
      [JSON.stringify({ fine: price, hush: { ...price, input: '3' } }), 'whose entry 2 does not have the numbers input, output'],
      [JSON.stringify({ hush: { ...price, output: -1 } }), 'whose entry 1 does not have'],
      [JSON.stringify({ hush: { input: 1, output: 1 } }), 'whose entry 1 does not have'],
      ['{ "hush": { "input": 1e999, "output": 1, "cacheRead": 1, "cacheWrite": 1 } }', 'whose entry 1 does not have'],
    ] as const) {
      const lines = problems({ ...REQUIRED, CRON: 'often', PRICES_FILE: file('prices.json', content) });
      expect(lines).toEqual(expect.arrayContaining([expect.stringContaining(words), expect.stringContaining('CRON')]));
      expect(lines.join()).not.toContain('hush');
    }
    expect(problems({ ...REQUIRED, PRICES_FILE: '/nowhere.json' })).toEqual([
      expect.stringMatching(/^PRICES_FILE names a file that cannot/),
    ]);
  });
});

describe('TOOL_LABELS_FILE', () => {
  it('must be a JSON object, and what else it is is not quoted', () => {
    expect(problems({ ...REQUIRED, TOOL_LABELS_FILE: file('good.json', '{"exec":{}}') })).toEqual([]);
    for (const content of ['[]', 'null', 'hush-hush']) {
      const lines = problems({ ...REQUIRED, TOOL_LABELS_FILE: file('bad.json', content) });
      expect(lines).toEqual([expect.stringContaining('is not a JSON object')]);
      expect(lines.join()).not.toContain('hush');
    }
  });
});
