import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, MAIN, scratch, TOKEN } from './cli-process.ts';
import { inherited } from '../support/inherited.ts';

const GATEWAY = fileURLToPath(new URL('../fixtures/cli/gateway-with-hook.ts', import.meta.url));
const SETTINGS = ['MM_URL=http://127.0.0.1:9', `MM_TOKEN=${TOKEN}`, 'HEALTH_PORT=0'];

let env: NodeJS.ProcessEnv;
let home: string;
let config: string;

/** An OpenClaw of which only the folder is there, and an environment with nothing of ours in it. */
beforeEach(() => {
  home = scratch()['HOME'] ?? '';
  env = { ...inherited(), HOME: home };
  config = join(home, '.openclaw', 'openclaw.json');
  mkdirSync(join(home, '.openclaw', 'agents', 'main', 'sessions'), { recursive: true });
});

afterEach(async () => void (await cli(MAIN, ['stop'], env).ended));

async function liveStatus(...args: string[]) {
  return cli(MAIN, args, env).ended;
}

async function gateway(...args: string[]) {
  return cli(GATEWAY, [join(home, '.openclaw', 'hooks', 'status-watcher-hook', 'handler.js'), ...args], env).ended;
}

function setUp(...lines: string[]): void {
  mkdirSync(join(home, '.config', 'live-status'), { recursive: true });
  writeFileSync(join(home, '.config', 'live-status', 'env'), [...SETTINGS, `TRANSCRIPT_DIR=${home}/.openclaw/agents`, ...lines].join('\n'));
}

describe('live-status hook', () => {
  it('installs twice without harm, keeps what the configuration of OpenClaw says, and leaves nothing behind when removed', async () => {
    setUp();
    const before = { gateway: { port: 18_789 }, hooks: { internal: { entries: { other: { enabled: false } } } } };
    writeFileSync(config, JSON.stringify(before), { mode: 0o600 });
    expect(await liveStatus('hook', 'install')).toMatchObject({ code: 0, out: expect.stringContaining('It is switched on') });
    expect(await liveStatus('hook', 'install')).toMatchObject({ code: 0, out: expect.stringContaining('restart the gateway') });
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual({
      ...before,
      hooks: { internal: { enabled: true, entries: { other: { enabled: false }, 'status-watcher-hook': { enabled: true } } } },
    });
    expect(await liveStatus('hook', 'status')).toMatchObject({ code: 0, out: expect.stringContaining('switched on; it starts') });
    expect(await liveStatus('hook', 'remove')).toMatchObject({ code: 0 });
    expect(existsSync(join(home, '.openclaw', 'hooks', 'status-watcher-hook'))).toBe(false);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual(before);
    expect(await liveStatus('hook', 'status')).toMatchObject({ code: 3 });
  });

  it('takes only its own entry out of a configuration that somebody has changed since', async () => {
    setUp();
    await liveStatus('hook', 'install');
    const changed = JSON.parse(readFileSync(config, 'utf8')) as { hooks: { internal: { entries: Record<string, object> } } };
    changed.hooks.internal.entries['later'] = { enabled: true };
    writeFileSync(config, JSON.stringify(changed));
    await liveStatus('hook', 'remove');
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual({
      hooks: { internal: { enabled: true, entries: { later: { enabled: true } } } },
    });
  });

  it('leaves a configuration with comments alone and says what to run', async () => {
    setUp();
    const text = '{ // by hand\n  gateway: { port: 1 } }\n';
    writeFileSync(config, text);
    expect(await liveStatus('hook', 'install')).toMatchObject({
      code: 1,
      out: expect.stringContaining('run openclaw hooks enable status-watcher-hook'),
    });
    expect(readFileSync(config, 'utf8')).toBe(text);
  });

  it('makes a private environment file to fill in, and names what is missing', async () => {
    writeFileSync(join(home, '.openclaw', 'agents', 'main', 'sessions', 'sessions.json'), '{}');
    const { code, err } = await liveStatus('hook', 'install');
    expect({ code, err }).toMatchObject({
      code: 78,
      err: expect.stringMatching(/Set in .*live-status\/env[^]*MM_URL is missing[^]*MM_TOKEN is missing/),
    });
    const file = join(home, '.config', 'live-status', 'env');
    expect(execFileSync('stat', ['-c', '%a', file], { encoding: 'utf8' })).toBe('600\n');
    expect(readFileSync(file, 'utf8')).toContain(`\nTRANSCRIPT_DIR=${home}/.openclaw/agents\n`);
  });

  it('says where it looked when there is no OpenClaw', async () => {
    env['OPENCLAW_STATE_DIR'] = join(home, 'elsewhere');
    expect(await liveStatus('hook', 'install')).toMatchObject({ code: 1, err: expect.stringContaining('set OPENCLAW_STATE_DIR') });
  });
});

describe('the hook in a gateway', () => {
  it('starts one watcher, however often and however fast the event comes, which outlives the gateway', async () => {
    setUp();
    await liveStatus('hook', 'install');
    const first = await gateway('4', '15000');
    expect(first.out).toContain('handled within a second: true');
    expect(first.out.match(/\[status-watcher-hook\] live-status is running \(pid \d+\)/g)).toHaveLength(1);
    const running = await liveStatus('status');
    expect(running).toMatchObject({ code: 0, out: expect.stringMatching(/is running \(pid \d+\)/) });
    const again = await gateway('1', '5000');
    expect(again.out).toMatch(/\[status-watcher-hook\] live-status is already running \(pid \d+\)/);
    expect((await liveStatus('status')).out.split('\n')[0]).toBe(running.out.split('\n')[0]);
  });

  it('says which variable is missing instead of starting something that dies', async () => {
    await liveStatus('hook', 'install');
    const { out } = await gateway('1', '5000');
    expect(out).toMatch(/\[status-watcher-hook\] .*MM_URL is missing/);
    expect((await liveStatus('status')).code).toBe(3);
  });

  it('takes the Node that installed it when the gateway runs on one that is too old, and says so when there is none', async () => {
    setUp();
    await liveStatus('hook', 'install');
    expect((await gateway('1', '8000', '22.12.0')).out).toContain('live-status is running');
    const place = join(home, '.openclaw', 'hooks', 'status-watcher-hook', 'place.json');
    writeFileSync(place, JSON.stringify({ ...JSON.parse(readFileSync(place, 'utf8')), node: '/nonexistent' }));
    expect((await gateway('1', '0', '22.12.0')).out).toContain('it needs Node 22.22 or newer, and this gateway runs on');
  });

  it('says what to run when the program is gone', async () => {
    await liveStatus('hook', 'install');
    const place = join(home, '.openclaw', 'hooks', 'status-watcher-hook', 'place.json');
    writeFileSync(place, JSON.stringify({ program: '/nonexistent/main.js' }));
    const { code, out } = await gateway('1', '0');
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('run live-status hook install again') });
  });
});
