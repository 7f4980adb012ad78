import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/demo/free-port.ts';
import { hasProgram } from '../support/has-program.ts';
import { type Cli, cli, FAKE, MAIN, scratch, TOKEN } from './cli-process.ts';
import { endedWithTests } from './process-cleanup.ts';
import { until } from '../support/until.ts';

type Scratch = ReturnType<typeof scratch>;

async function serving(): Promise<{ env: Scratch; watcher: Cli }> {
  const env = scratch({ FAKE_DAEMON: 'serves', HEALTH_PORT: String(await freePort()) });
  const watcher = cli(FAKE, ['run'], env);
  await watcher.until(/"msg":"Ready/);
  return { env, watcher };
}

const top = (env: Scratch, ...args: string[]) => cli(MAIN, ['top', ...args], { PID_FILE: env.PID_FILE }).ended;

/** `live-status top` in a terminal of its own. */
function inTerminal(env: Scratch): { child: ChildProcess; screen(): string; key(text: string): void } {
  const command = `stty rows 30 cols 100; '${process.execPath}' --disable-warning=ExperimentalWarning '${MAIN}' top; echo "code $?"`;
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
      expect(out).toMatch(/^live-status 1\.2\.3, up for \d+s\ndegraded: transcripts has not been seen yet\n/);
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

  it('says why there is nothing to show, and fails', async () => {
    expect(await top(scratch())).toMatchObject({ code: 3, out: '', err: 'live-status is stopped.\n' });
    const off = scratch({ FAKE_DAEMON: 'waits' });
    await cli(FAKE, ['run'], off).until(/"msg":"Ready/);
    expect(await top(off, '--json')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('HEALTH_PORT=0') });
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
      await shows('NO ANSWER');
      expect(screen().split('NO ANSWER').at(-1)).toMatch(/is \d+s old\. live-status is stopped\.[^]*asks/);
      key('q');
      await shows('code 0');
      await closed;
      expect(screen()).toMatch(/\u001b\[\?7h\u001b\[\?25h\u001b\[\?1049l[^]*code 0/); // oxlint-disable-line no-control-regex -- modes of the terminal
    },
  );
});
