import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/demo/free-port.ts';
import { hasProgram } from '../support/has-program.ts';
import { type Cli, cli, FAKE, MAIN, scratch, TOKEN } from './cli-process.ts';
import { endedWithTests } from './process-cleanup.ts';
import { until } from '../support/until.ts';

const HOSTILE = '\u001b]0;owned\u0007\u009b2J\u202eevil\r\nfake line \u001b[?1049l';

// What the screen is drawn with.
const OWN = ['[?1049h', '[?25l', '[?7l', '[H', '[K', '[J', '[0m', '[1m', '[1;33m', '[?7h', '[?25h', '[?1049l'].map(
  (code) => `\u001b${code}`,
);
const SEQUENCE = /[\u001b\u009b](?:\[[\d;?]*[A-Za-z])?/g; // oxlint-disable-line no-control-regex -- what a terminal obeys

type Scratch = ReturnType<typeof scratch>;

async function serving(extra: NodeJS.ProcessEnv = {}): Promise<{ env: Scratch; watcher: Cli }> {
  const env = scratch({ FAKE_DAEMON: 'serves', HEALTH_PORT: String(await freePort()), ...extra });
  const watcher = cli(FAKE, ['run'], env);
  await watcher.until(/"msg":"Ready/);
  return { env, watcher };
}

const topWith = (env: NodeJS.ProcessEnv, ...args: string[]) => cli(MAIN, ['top', ...args], env).ended;
const top = (env: Scratch, ...args: string[]) => topWith({ PID_FILE: env.PID_FILE }, ...args);

/** `live-status top` in a terminal of its own, of so many rows and columns. */
function inTerminal(env: Scratch, rows = 30, columns = 100): { child: ChildProcess; screen(): string; key(text: string): void } {
  const command = `stty rows ${rows} cols ${columns}; '${process.execPath}' --disable-warning=ExperimentalWarning '${MAIN}' top; echo "code $?"`;
  const child = endedWithTests(
    spawn('script', ['-qec', command, '/dev/null'], { env: { PATH: process.env['PATH'], PID_FILE: env.PID_FILE, SHELL: '/bin/sh' } }),
  );
  let shown = '';
  child.stdout?.on('data', (data: Buffer) => (shown += data.toString()));
  return { child, screen: () => shown, key: (text) => void child.stdin?.write(text) };
}

describe('live-status top', () => {
  it('prints the picture once as plain text, secrets masked, when asked or where there is no terminal', async () => {
    const { env } = await serving();
    for (const args of [['--once'], []]) {
      const { code, out, err } = await top(env, ...args);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^live-status 1\.2\.3, up for .+\ndegraded: transcripts has not been seen yet\n/);
      expect(out).toMatch(/\nWAITS .*\nasks +approval +1m 5s +2m *\n/);
      expect(out).toMatch(/\nmain +active +channel chan, post post\n/);
      expect(out).not.toContain(TOKEN);
      expect(out).not.toContain('\u001b');
    }
  });

  it('prints the whole report as JSON', async () => {
    const { env, watcher } = await serving();
    const { code, out } = await top(env, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      pid: watcher.child.pid,
      edits: { skipped: 0 },
      sessions: [{ agent: 'main' }, {}, { agent: 'asks' }],
    });
    expect(out).not.toContain(TOKEN);
  });

  it('needs the token of health where that has one, and says how to give it', async () => {
    const { env } = await serving({ HEALTH_TOKEN: 'of-health' });
    const { PID_FILE } = env;
    expect(await topWith({ PID_FILE, HEALTH_TOKEN: 'of-health' }, '--once')).toMatchObject({
      code: 0,
      out: expect.stringContaining('asks'),
    });
    for (const tokens of [{}, { HEALTH_TOKEN: 'wrong' }])
      expect(await topWith({ PID_FILE, ...tokens }, '--once')).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringMatching(/asks for a token\. Set HEALTH_TOKEN or HEALTH_TOKEN_FILE/),
      });
  });

  it('lets no sequence of an agent’s name reach the terminal, printed or as JSON', async () => {
    const { env } = await serving({ FAKE_AGENT: HOSTILE });
    for (const option of ['--once', '--json']) {
      const { code, out } = await top(env, option);
      expect({ code, isNamed: out.includes('evil') }).toEqual({ code: 0, isNamed: true });
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it('says why there is nothing to show and what helps, and fails', async () => {
    expect(await top(scratch())).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(/^live-status is stopped\.\nStart it with `live-status start`\./),
    });
    const off = scratch({ FAKE_DAEMON: 'waits' });
    await cli(FAKE, ['run'], off).until(/"msg":"Ready/);
    expect(await top(off, '--json')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/HEALTH_PORT=0.*Set it to a free port/),
    });
  });

  it.runIf(hasProgram('script'))(
    'is live in a terminal, says loudly when nobody answers any more, and gives the terminal back',
    async () => {
      const { env, watcher } = await serving();
      const { child, screen, key } = inTerminal(env);
      const closed = once(child, 'close');
      const shows = (words: string) => until(`the screen shows "${words}"`, () => screen().includes(words), { detail: screen });
      await shows('asks');
      expect(screen()).toContain('\u001b[?1049h');
      watcher.child.kill('SIGTERM');
      const lost = /NO ANSWER, this is .+ old\. live-status is stopped\.[^]*asks/;
      await until('the screen says that the picture is old', () => lost.test(screen()), { detail: screen });
      key('q');
      await shows('code 0');
      await closed;
      expect(screen()).toMatch(/\u001b\[\?7h\u001b\[\?25h\u001b\[\?1049l[^]*code 0/); // oxlint-disable-line no-control-regex -- modes of the terminal
    },
  );

  it.runIf(hasProgram('script')).each([
    ['is narrow', 12, 24, 24],
    ['does not know its size', 0, 0, 80],
  ])('fits a terminal that %s, whatever agents are called', async (_kind, rows, columns, most) => {
    const { env } = await serving({ FAKE_AGENT: HOSTILE });
    const { screen, key, child } = inTerminal(env, rows, columns);
    const closed = once(child, 'close');
    await until('the screen shows the picture', () => screen().includes('live-status 1.2.3'), { detail: screen });
    key('q');
    await closed;
    expect(
      screen()
        .match(SEQUENCE)
        ?.filter((sequence) => !OWN.includes(sequence)),
    ).toEqual([]);
    const [drawn = ''] = screen().split('\u001b[?7h');
    const lines = stripVTControlCharacters(drawn).split(/[\r\n]+/);
    expect(lines.filter((line) => line.length > most)).toEqual([]);
  });
});
