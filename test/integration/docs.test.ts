import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { ScriptedGateway } from '../unit/sources/openclaw/gateway/scripted-gateway.ts';
import { DocShell, loose, looksLike, runnable, type Shown } from './doc-shell.ts';
import { createRig, type Rig } from './harness.ts';
import { OpenClawWriter } from './openclaw-writer.ts';
import { installedPrefix, NODE_PATH, packedFile } from './packed.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { until } from '../support/until.ts';

const SESSION = 'a-session-of-the-newcomer';

let rig: Rig;
let home: string;
let shell: DocShell;
let gateway: ScriptedGateway | undefined;
/** What documents say, and what it is here. */
let meant: (readonly [string, string])[];

afterEach(async () => {
  await shell.run('live-status stop').catch(() => undefined);
  shell.close();
  await gateway?.close();
  await rig.close();
});

/** An empty home but for an OpenClaw with one session; `prefixes` are where the program is installed already. */
async function newcomer(prefixes: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<OpenClawWriter> {
  rig = await createRig();
  home = join(rig.folder, 'home');
  const writer = new OpenClawWriter(join(home, '.openclaw', 'agents'));
  writer.session(`agent:main:mattermost:channel:${SAMPLE.publicId}`, { sessionId: SESSION });
  const port = await freePort();
  meant = [
    ['https://chat.example.org', rig.server.url],
    ['your-bots-token', SAMPLE.botToken],
    ['your-team/your-channel', `${SAMPLE.teamName}/${SAMPLE.publicName}`],
    ['/home/you', home],
    ['127.0.0.1:9090', `127.0.0.1:${port}`],
  ];
  const ours = Object.keys(process.env).filter((name) =>
    /^(?:MM|OPENCLAW|XDG|LIVE_STATUS|CLAUDE|CODEX)_|^(?:ROUTES|CODING_HOMES)$|^npm_config_loglevel$/.test(name),
  );
  const env = { ...process.env, ...Object.fromEntries(ours.map((name) => [name, undefined])) };
  const npm = {
    npm_config_prefix: join(home, '.local'),
    npm_config_prefer_offline: 'true',
    npm_config_fund: 'false',
    npm_config_cache: npmCache(),
  };
  const path = [...[join(home, '.local'), ...prefixes].map((prefix) => join(prefix, 'bin')), NODE_PATH].join(delimiter);
  shell = new DocShell(
    { ...env, ...npm, npm_config_update_notifier: 'false', HOME: home, PATH: path, HEALTH_PORT: String(port), ...extra },
    dirname(packedFile().path),
  );
  return writer;
}

/** Of the person who runs the tests; a home that is empty has none. */
function npmCache(): string {
  return process.env['npm_config_cache'] ?? join(process.env['HOME'] ?? tmpdir(), '.npm');
}

const here = (text: string): string => meant.reduce((said, [theirs, ours]) => said.replaceAll(theirs, ours), text);

/** Types it word by word, and holds what is printed against what is shown. */
async function expectShown({ command, output, code }: Shown): Promise<void> {
  const typed = here(command);
  const ran = await shell.run(typed);
  const printed = loose(ran.out.replace(/^\n/, ''));
  expect({ typed, code: ran.code, printed }).toEqual({
    typed,
    code,
    printed: expect.stringMatching(looksLike(output.map(here))),
  });
}

describe('the README', { timeout: 300_000 }, () => {
  it('leads in at most five commands from the packed file to a first box, each printing what is shown, and on to settings that last', async () => {
    const writer = await newcomer([]);
    const steps = runnable('README.md');
    const first = steps.findIndex(({ command }) => command === 'live-status status');
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(5);
    for (const step of steps.slice(0, first)) await expectShown(step);
    writer.user(SESSION, 'please');
    writer.assistant(SESSION, 'Looking.', [{ id: 'c1', name: 'exec', arguments: { command: 'make' } }]);
    await until('the first box is there', () => rig.boxes().some(({ title }) => title.includes('[ACTIVE] main')));
    for (const step of steps.slice(first)) await expectShown(step);
    expect(existsSync(join(home, '.openclaw', 'hooks', 'status-watcher-hook', 'handler.js'))).toBe(true);
    await expectShown({
      command: 'live-status start',
      output: ['live-status is running (pid 1). Its log is /home/you/.local/state/live-status/live-status.log.'],
      code: 0,
    });
  });

  it('shows how a gateway on another machine comes to know this one', async () => {
    await newcomer([installedPrefix()], { ALLOW_PLAINTEXT: '1' });
    gateway = new ScriptedGateway({
      connect: (served, request) => {
        served.refuse(request, { code: 'NOT_PAIRED', message: 'refused', details: { code: 'PAIRING_REQUIRED', requestId: '1f0e6c54' } });
        served.socket.close(1008, 'refused');
      },
    });
    meant = [...meant, ['wss://gateway.example.org', await gateway.listen()]];
    mkdirSync(join(home, '.config', 'live-status'), { recursive: true });
    writeFileSync(join(home, '.config', 'live-status', 'gateway-token'), 'fake-gateway-token\n', { mode: 0o600 });
    for (const step of runnable('README.md', 'gateway')) await expectShown(step);
  });
});

/** A home in which everything is set up, and the program is installed. */
async function settled(): Promise<void> {
  await newcomer([installedPrefix()]);
  const folder = join(home, '.config', 'live-status');
  mkdirSync(folder, { recursive: true });
  const settings = [`MM_URL=${rig.server.url}`, 'MM_TOKEN_FILE=~/.config/live-status/token', 'TRANSCRIPT_DIR=~/.openclaw/agents'];
  writeFileSync(join(folder, 'env'), settings.join('\n'), { mode: 0o600 });
  writeFileSync(join(folder, 'token'), SAMPLE.botToken, { mode: 0o600 });
}

describe('the other documents', { timeout: 300_000 }, () => {
  it('say in OPERATIONS.md what works, in their order', async () => {
    await settled();
    mkdirSync(join(home, '.openclaw-second'));
    await shell.run(`cp '${packedFile().path}' ~`);
    for (const step of runnable('docs/OPERATIONS.md')) {
      await shell.run('cd; hash -r');
      await expectShown(step);
    }
    expect(existsSync(join(home, '.openclaw-second', 'hooks', 'status-watcher-hook'))).toBe(false);
  });

  it('lead in CODING-AGENTS.md from one variable to a box of Claude Code, and say where it is', async () => {
    await settled();
    const project = join(home, '.claude', 'projects', '-home-you-code-shop');
    for (const folder of [project, join(home, '.claude', 'sessions'), join(home, 'code', 'shop', '.git')])
      mkdirSync(folder, { recursive: true });
    const steps = runnable('docs/CODING-AGENTS.md');
    const asked = steps.findIndex(({ command }) => command.includes('"session "'));
    expect(asked).toBeGreaterThan(0);
    for (const step of steps.slice(0, asked)) await expectShown(step);
    const sessionId = '5a8f7a39-50cf-4b4b-9c3e-0f4f6d3c7f11';
    const [now, cwd] = [Date.now(), join(home, 'code', 'shop')];
    const live = { pid: process.pid, sessionId, cwd, startedAt: now - 1_000, status: 'busy', statusUpdatedAt: now };
    writeFileSync(join(home, '.claude', 'sessions', `${process.pid}.json`), JSON.stringify(live));
    const line = { type: 'user', isSidechain: false, uuid: sessionId, sessionId, cwd, version: '2.1.332' };
    const said = { ...line, timestamp: new Date(now).toISOString(), message: { role: 'user', content: 'please' } };
    writeFileSync(join(project, `${sessionId}.jsonl`), `${JSON.stringify(said)}\n`);
    await until('its box is there', () => rig.boxes().some(({ title }) => title.includes('[ACTIVE] claude-code · shop #7f11')));
    for (const step of steps.slice(asked)) await expectShown(step);
  });

  it('lead in UPGRADE.md to a verified watcher and to the old instructions', async () => {
    await settled();
    mkdirSync(join(home, '.openclaw', 'workspace'));
    writeFileSync(join(home, '.openclaw', 'workspace', 'AGENTS.md'), '# Rules\nBefore each task run live-status create.\n');
    const [first, second, ...rest] = runnable('docs/UPGRADE.md');
    expect(rest).toEqual([]);
    if (first !== undefined) await expectShown(first);
    await expectShown({
      command: '',
      code: 0,
      ...second,
      output: ['…', '/home/you/.openclaw/workspace/AGENTS.md:2:Before each task run live-status create.'],
    });
  });
});
