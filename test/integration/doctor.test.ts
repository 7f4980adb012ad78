import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTranscripts } from '../../src/cli/doctor/agents.ts';
import { clockFinding, limiterFinding } from '../../src/cli/doctor/chat-server.ts';
import { checkNode } from '../../src/cli/doctor/this-machine.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { cli, MAIN } from './cli-process.ts';
import { createRig, type Rig } from './harness.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { inherited } from '../support/inherited.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface Found {
  readonly about: string;
  readonly level: string;
  readonly says: string;
  readonly cure?: string;
}

let rig: Rig;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  rig = await createRig();
  rig.writer.session('agent:main:main', { sessionId: randomUUID() });
  env = {
    ...inherited(),
    HOME: rig.folder,
    MM_URL: rig.server.url,
    MM_TOKEN: SAMPLE.botToken,
    TRANSCRIPT_DIR: join(rig.folder, 'agents'),
    STATE_DIR: join(rig.folder, 'state'),
    HEALTH_PORT: String(await freePort()),
  };
});

afterAll(async () => rig.close());

async function examine(extra: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<{ code: number | null; findings: Found[] }> {
  const { code, out } = await cli(MAIN, ['doctor', '--json', ...args], { ...env, ...extra }).ended;
  return { code, findings: JSON.parse(out) as Found[] };
}

function about(findings: readonly Found[], name: string): Found | undefined {
  return findings.find((found) => found.about === name);
}

describe('live-status doctor', () => {
  it('says in one line each that all is well, and posts nothing', async () => {
    const { code, out } = await cli(MAIN, ['doctor'], env).ended;
    expect({ code, out }).toMatchObject({ code: 0, out: expect.not.stringMatching(/^(WARN|FAIL)/m) });
    for (const name of [
      'Node',
      'configuration',
      'state directory',
      'watcher',
      'health port',
      'transcripts',
      'gateway',
      'Mattermost',
      'token',
      'clock',
      'channels',
    ])
      expect(out).toMatch(new RegExp(`^OK    ${name} `, 'm'));
    expect(rig.standIn.posts()).toEqual([]);
  });

  it('misses nothing of OpenClaw where only coding agents are watched', async () => {
    mkdirSync(join(rig.folder, 'claude'));
    const { code, findings } = await examine({ TRANSCRIPT_DIR: '', CLAUDE_CONFIG_DIR: join(rig.folder, 'claude') });
    expect({ code, found: about(findings, 'Claude Code') }).toMatchObject({ code: 0, found: { level: 'warn' } });
    expect(['transcripts', 'gateway'].map((name) => about(findings, name))).toEqual([undefined, undefined]);
  });

  it('writes, edits and removes one box when asked to', async () => {
    const { code, findings } = await examine({}, '--post', '--channel', `${SAMPLE.teamName}/${SAMPLE.publicName}`);
    expect({ code, found: about(findings, 'post') }).toMatchObject({ code: 0, found: { level: 'ok' } });
    expect(rig.standIn.posts()).toEqual([]);
    expect((await examine({}, '--post')).findings.find((found) => found.about === 'post')).toMatchObject({
      level: 'fail',
      cure: expect.stringContaining('--channel'),
    });
  });

  it.each<[string, string, string, NodeJS.ProcessEnv]>([
    ['a missing address', 'configuration', 'fail', { MM_URL: '' }],
    ['a token that is refused', 'Mattermost', 'fail', { MM_TOKEN: 'wrong' }],
    ['the token of a person', 'token', 'warn', { MM_TOKEN: SAMPLE.aliceToken }],
    ['a server that is not there', 'Mattermost', 'fail', { MM_URL: 'http://127.0.0.1:9' }],
    ['a folder that is not there', 'transcripts', 'fail', { TRANSCRIPT_DIR: '/nonexistent' }],
    ['a folder without transcripts', 'transcripts', 'warn', { TRANSCRIPT_DIR: '/usr/share' }],
    ['a gateway that is not there', 'gateway', 'fail', { GATEWAY_URL: 'ws://127.0.0.1:9', GATEWAY_TOKEN: 'x' }],
  ])('names %s and what to do', async (_what, name, level, extra) => {
    const { code, findings } = await examine(extra);
    expect({ code, found: about(findings, name) }).toEqual({
      code: level === 'fail' ? 1 : 0,
      found: { about: name, level, says: expect.any(String), cure: expect.any(String) },
    });
    expect(JSON.stringify(findings)).not.toContain(SAMPLE.botToken);
  });

  it('names a port that another program holds, an open state directory and a hook that is not switched on', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const open = join(rig.folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o755);
    mkdirSync(join(rig.folder, '.openclaw', 'hooks', 'status-watcher-hook'), { recursive: true });
    writeFileSync(join(rig.folder, '.openclaw', 'hooks', 'status-watcher-hook', 'place.json'), '{}');
    const { findings } = await examine({ HEALTH_PORT: typeof address === 'object' ? String(address?.port) : '', STATE_DIR: open });
    other.close();
    for (const name of ['health port', 'state directory', 'hook']) expect(about(findings, name)).toMatchObject({ level: 'warn' });
  });

  it.each([
    ['channel', 'lab/nowhere', 'channel "lab/nowhere" does not exist'],
    ['person', '@nobody', 'there is no user @nobody'],
  ])('says of a wrong %s once what is wrong, however many settings and rules name it', async (kind, target, says) => {
    const others = kind === 'channel' ? { DEFAULT_CHANNEL: target, OPERATIONS_CHANNEL: target } : { OPERATORS: target };
    const { findings } = await examine({ ...others, ROUTES: `claude-code:*=${target},codex:*=${target}+texts` });
    const wrong = findings.filter((found) => found.says.includes(target));
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatchObject({ level: 'fail', about: [...Object.keys(others), 'ROUTES'].join(', ') });
    expect(wrong[0]?.says.startsWith(says)).toBe(true);
    expect(wrong[0]?.says.split(target)).toHaveLength(2);
  });

  it("reads from OpenClaw's own configuration whether everybody may approve and whether its preview repeats the box", async () => {
    const config = { channels: { mattermost: { allowFrom: ['*'], streaming: { mode: 'partial' } } }, gateway: {} };
    writeFileSync(join(rig.folder, '.openclaw', 'openclaw.json'), JSON.stringify(config));
    const { findings } = await examine({ SOURCES: 'files' });
    expect(about(findings, 'approvals')).toMatchObject({ level: 'warn', says: expect.stringContaining('allowFrom: ["*"]') });
    expect(about(findings, 'preview of OpenClaw')).toMatchObject({ level: 'warn' });
  });
});

it('the doctor counts what the watcher reads: no trace files of 2026.7, and no copies', async () => {
  const folder = join(tempFolder('doctor'), 'agents', 'main', 'sessions');
  const id = randomUUID();
  mkdirSync(folder, { recursive: true });
  for (const name of [`${id}.jsonl`, `${id}.trajectory.jsonl`, `${id} copy.jsonl`, 'sessions.json'])
    writeFileSync(join(folder, name), '{}');
  expect(await checkTranscripts(join(folder, '..', '..'), undefined)).toEqual([
    { about: 'transcripts', level: 'ok', says: '1 in 1 folders' },
    { about: 'session index', level: 'ok', says: 'every folder has one' },
  ]);
});

describe('what the doctor makes of numbers', () => {
  it('calls a clock wrong that is more than half a minute away', () => {
    const date = new Date(1_700_000_000_000).toUTCString();
    expect(clockFinding({ date }, 1_700_000_010_000).level).toBe('ok');
    expect(clockFinding({ date }, 1_700_000_090_000)).toMatchObject({ level: 'warn', says: expect.stringContaining('90 s') });
    expect(clockFinding({}, 0).level).toBe('ok');
  });

  it('warns of a limiter that is tighter than what the watcher takes', () => {
    expect(limiterFinding({}).level).toBe('ok');
    expect(limiterFinding({ 'x-ratelimit-limit': '100' }).level).toBe('ok');
    expect(limiterFinding({ 'x-ratelimit-limit': '4' })).toMatchObject({ level: 'warn', cure: expect.stringContaining('at most 2') });
  });

  it('refuses a Node that is too old', () => {
    expect([checkNode('v22.21.1'), checkNode('v20.20.2'), checkNode('v22.22.0'), checkNode('v26.0.0')].map(({ level }) => level)).toEqual([
      'fail',
      'fail',
      'ok',
      'ok',
    ]);
  });
});
