import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cli, FAKE, MAIN, scratch, TOKEN } from './cli-process.ts';

describe('live-status', { timeout: 60_000 }, () => {
  it('shows its help and its version without any configuration', async () => {
    const help = await cli(MAIN, ['--help'], {}).ended;
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const name of ['run', 'start', 'stop', 'status', 'config']) expect(help.out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(await cli(MAIN, ['--version'], {}).ended).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/),
    });
  });

  it('refuses an unknown command with exit code 64', async () => {
    expect(await cli(MAIN, ['statsu'], {}).ended).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringContaining('did you mean status?'),
    });
  });

  it.each(['config', 'run', 'start', 'start-watcher'])(
    '%s names every problem of the configuration at once and exits with 78',
    async (command) => {
      const env = scratch({ MM_URL: '', TRANSCRIPT_DIR: '', THROTTLE_MS: 'soon', CRON: TOKEN, PID_FLIE: '/x' });
      const { code, out, err } = await cli(MAIN, [command], env).ended;
      expect({ code, out }).toEqual({ code: 78, out: '' });
      const named = err.split('\n').flatMap((line) => /^ {2}(\w+) /.exec(line)?.[1] ?? []);
      expect(named.sort()).toEqual(['CRON', 'MM_URL', 'THROTTLE_MS', 'TRANSCRIPT_DIR']);
      expect(err).not.toContain(TOKEN);
      expect(existsSync(env.PID_FILE)).toBe(false);
    },
  );

  it('config prints what is in force as an environment file, without the token', async () => {
    const env = scratch({ THROTTLE_MS: '250', TROTTLE_MS: '1', MAX_STATUS_LINE: '3' });
    const { code, out, err } = await cli(MAIN, ['config', '--all'], env).ended;
    expect(code).toBe(0);
    expect(out).toContain('\nTHROTTLE_MS=250\n');
    expect(out).toContain('\nMM_TOKEN=********\n');
    expect(out).toContain('\n# PACE="2s, 1m:5s, 5m:15s" (default)\n');
    expect(out + err).not.toContain(TOKEN);
    expect(err).toContain('did you mean MAX_STATUS_LINES?');
  });

  it('config says what is set, and then what is watched, without the defaults of everything else', async () => {
    const { out } = await cli(MAIN, ['config'], scratch({ THROTTLE_MS: '250' })).ended;
    const lines = out.trimEnd().split('\n');
    expect(lines.filter((line) => /\(default\)|^# [A-Z_]+ is not set$/.test(line))).toEqual([]);
    expect(lines.findIndex((line) => line.startsWith('# Transcripts are read'))).toBeGreaterThan(lines.indexOf('THROTTLE_MS=250'));
    expect(lines.at(-1)).toMatch(/^# \d+ other variables have their defaults: live-status config --all prints them\.$/);
    expect(lines.length).toBeLessThan(25);
  });

  it('does not mind a reader that goes away', async () => {
    const { child, ended } = cli(MAIN, ['config'], scratch());
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  it('status and stop work without a valid configuration and say that nothing runs', async () => {
    const env = { PID_FILE: scratch().PID_FILE };
    expect(await cli(MAIN, ['status'], env).ended).toMatchObject({ code: 3, out: 'live-status is stopped.\n', err: '' });
    expect(await cli(MAIN, ['stop'], env).ended).toMatchObject({ code: 0, out: 'live-status is not running.\n', err: '' });
  });

  it('status says that it does not know what a file of another kind means', async () => {
    expect(await cli(MAIN, ['status'], { PID_FILE: '/dev/null' }).ended).toMatchObject({ code: 4, out: '' });
    const env = scratch();
    writeFileSync(env.PID_FILE, `${process.pid}\n`);
    expect(await cli(MAIN, ['status'], env).ended).toMatchObject({ code: 4, err: expect.stringContaining(String(process.pid)) });
    expect(await cli(MAIN, ['stop'], env).ended).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was stopped') });
  });
});

describe('run', { timeout: 60_000 }, () => {
  it('logs, stops gracefully on SIGTERM and on SIGINT with exit code 0, and removes its PID file', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const env = scratch();
      const { child, until, ended } = cli(FAKE, ['run'], env);
      await until(/Ready/);
      expect(existsSync(env.PID_FILE)).toBe(true);
      child.kill(signal);
      const { code, out, err } = await ended;
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain(`"because":"${signal}"`);
      expect(existsSync(env.PID_FILE)).toBe(false);
    }
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at once on a second signal: %s with %d', async (signal, code) => {
    const env = scratch({ FAKE_DAEMON: 'deaf' });
    const { child, until, ended } = cli(FAKE, ['run'], env);
    await until(/Ready/);
    child.kill('SIGTERM');
    await until(/Stopping/);
    child.kill(signal);
    expect(await ended).toMatchObject({ code });
    expect(existsSync(env.PID_FILE)).toBe(false);
  });

  it('never writes the token, neither from fields, sentences, errors nor lost rejections, and exits with 70 after one of those', async () => {
    for (const FAKE_DAEMON of ['throws', 'rejects']) {
      const { code, out, err } = await cli(FAKE, ['run'], scratch({ FAKE_DAEMON })).ended;
      expect({ code, err }).toEqual({ code: 70, err: '' });
      expect(out).toMatch(/"level":"error".*(broken|lost) with \*{8}/);
      expect(out).not.toContain(TOKEN);
    }
    const waits = cli(FAKE, ['run'], scratch());
    await waits.until(/Ready with \*{8}/);
    waits.child.kill('SIGTERM');
    expect((await waits.ended).out).not.toContain(TOKEN);
  });

  it('goes on when nobody reads its log any more', async () => {
    const env = scratch({ FAKE_DAEMON: 'talks' });
    const { child, until, ended } = cli(FAKE, ['run'], env);
    await until(/"n":3/);
    child.stdout?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(existsSync(env.PID_FILE)).toBe(false);
  });

  it('ends with the exit code of the daemon even if that left a timer behind', async () => {
    const { child, until, ended } = cli(FAKE, ['run'], scratch({ FAKE_DAEMON: 'leaks' }));
    await until(/Ready/);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 3 });
  });
});

describe('what run looks at before it runs', { timeout: 60_000 }, () => {
  it('warns in its log of a state directory that others can read, as start does on stderr', async () => {
    const env = scratch();
    mkdirSync(env.STATE_DIR);
    chmodSync(env.STATE_DIR, 0o755);
    const { child, until, ended } = cli(FAKE, ['run'], env);
    await until(/Ready/);
    child.kill('SIGTERM');
    expect((await ended).out).toMatch(/"level":"warn".*open to other users \(mode 755\).*chmod 700/);
    expect((await cli(FAKE, ['start'], env).ended).err).toContain('open to other users (mode 755)');
    await cli(FAKE, ['stop'], env).ended;
  });

  it.skipIf(process.getuid?.() !== 0)('warns of a state directory that belongs to another user', async () => {
    const env = scratch();
    mkdirSync(env.STATE_DIR, { mode: 0o700 });
    chownSync(env.STATE_DIR, 65_534, 65_534);
    const { child, until, ended } = cli(FAKE, ['run'], env);
    await until(/Ready/);
    child.kill('SIGTERM');
    expect((await ended).out).toMatch(/"level":"warn".*belongs to another user \(uid 65534\).*set STATE_DIR/);
  });

  it.each(['run', 'start'])('%s refuses health that others can reach without a token, with the cure and exit code 78', async (command) => {
    const { code, out, err } = await cli(MAIN, [command], scratch({ HEALTH_HOST: '0.0.0.0', HEALTH_PORT: '9099' })).ended;
    expect({ code, out }).toEqual({ code: 78, out: '' });
    expect(err).toMatch(/HEALTH_TOKEN is missing.*HEALTH_TOKEN_FILE/);
  });
});
