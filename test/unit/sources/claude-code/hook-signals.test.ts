// Our hooks in Claude Code: the command as a shell runs it, and what the source concludes from its signals.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../../src/process/system-clock.ts';
import { hookCommand, SIGNAL_FOLDER, type SignalName, SIGNALS } from '../../../../src/sources/claude-code/hook-signals.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { type Live, ownDomain, SessionWriter, startOf } from './session-writer.ts';
import { type Watching, watch } from './watching.ts';

vi.setConfig({ testTimeout: 240_000 });

const SESSION = '620a6ba2-88e8-4c89-b325-516d7d356a30';

/** What the program gives a hook, as recorded with Claude Code 2.1.332. */
const given = (sessionId: string, content = 'CANARY', name = 'PermissionRequest'): string =>
  JSON.stringify({
    session_id: sessionId,
    transcript_path: `/home/dev/.claude/projects/-home-dev-shop/${sessionId}.jsonl`,
    cwd: '/home/dev/shop',
    prompt_id: '00c3e1b8-7631-437f-9734-30ba5f57a8f0',
    permission_mode: 'default',
    effort: { level: 'medium' },
    hook_event_name: name,
    tool_name: 'Bash',
    tool_input: { command: content, session_id: '"session_id":"00000000-0000-4000-8000-000000000000"' },
  });

function runHook(folder: string, input: string, options: { shell?: string; name?: SignalName } = {}) {
  const { shell = 'sh', name = 'Stop' } = options;
  const { status, stdout, stderr } = spawnSync(shell, ['-c', hookCommand(folder, name)], { input, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

const QUIET = { status: 0, said: '' };

describe.each(['sh', 'bash'])('a hook that %s runs', (shell) => {
  it.each(SIGNALS)('makes one empty file for %s, with nothing of what it was given but the id', (name) => {
    const folder = join(tempFolderInMemory(), "it's $HOME; here");
    mkdirSync(folder);
    expect(runHook(folder, given(SESSION), { shell, name })).toEqual(QUIET);
    expect(runHook(folder, given(SESSION, 'x'.repeat(3_000_000)), { shell, name })).toEqual(QUIET);
    expect(readdirSync(folder)).toEqual([`${SESSION}.${name}`]);
    expect(statSync(join(folder, `${SESSION}.${name}`)).size).toBe(0);
  });

  it.each([
    ['a folder that is missing', '/nowhere/live-status', given(SESSION)],
    ['a file in place of the folder', '/etc/passwd', given(SESSION)],
    ['a folder that takes no files', '/proc/self', given(SESSION)],
    ['nothing', undefined, ''],
    ['another text', undefined, 'CANARY\n'.repeat(100)],
    ['an id that is none', undefined, given('../../CANARY')],
    ['an id with a command in it', undefined, given('$(touch CANARY)`touch CANARY`')],
  ])('says nothing, ends well and leaves nothing with %s', (_what, place, input) => {
    const folder = place ?? tempFolderInMemory();
    expect(runHook(folder, input, { shell })).toEqual(QUIET);
    if (place === undefined) expect(readdirSync(folder)).toEqual([]);
  });
});

/** A session with a turn in which a command runs, and a folder for signals. */
async function atWork(live: Partial<Live> | undefined, version = '2.1.332', clock = systemClock) {
  const dir = join(tempFolderInMemory(), '.claude');
  const folder = join(dir, SIGNAL_FOLDER);
  mkdirSync(folder, { recursive: true });
  const writer = new SessionWriter(dir);
  const watching = await watch({ dirs: [dir], clock });
  onTestFinished(() => watching.source.stop());
  writer.add(
    writer.prompt('Go.').replace('2.1.332', version),
    writer.calls('call-1', 'Bash', { command: 'make' }).replace('2.1.332', version),
  );
  if (live !== undefined) writer.live({ pid: process.pid, procStart: startOf(process.pid), pidDomain: ownDomain(), ...live });
  await eventually(() => expect(turnOf(watching, writer)?.callsById['call-1']).toBeDefined());
  await sleep(300);
  return { folder, writer, watching };
}

const turnOf = ({ fold }: Watching, { key }: SessionWriter) => fold.sessionOf(key).turns.at(-1);
const waitsIn = ({ events }: Watching) => events.filter(({ type }) => type.startsWith('waiting_')).map(({ type }) => type);

describe('a signal', () => {
  it('of a question for permission shows the wait before the process tells it, once', async () => {
    const { folder, writer, watching } = await atWork({});
    expect(runHook(folder, given(writer.sessionId), { name: 'PermissionRequest' })).toEqual(QUIET);
    await eventually(() => expect(turnOf(watching, writer)?.waiting).toMatchObject([{ on: 'approval', callId: 'call-1' }]));
    writer.live({
      pid: process.pid,
      procStart: startOf(process.pid),
      pidDomain: ownDomain(),
      status: 'waiting',
      waitingFor: 'permission prompt',
    });
    await sleep(2_500);
    expect(waitsIn(watching)).toEqual(['waiting_started']);
    writer.live({ pid: process.pid, procStart: startOf(process.pid), pidDomain: ownDomain() });
    await eventually(() => expect(waitsIn(watching)).toEqual(['waiting_started', 'waiting_ended']));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a question that the process does not confirm is forgotten', async () => {
    const { folder, writer, watching } = await atWork({});
    runHook(folder, given(writer.sessionId), { name: 'PermissionRequest' });
    await eventually(() => expect(waitsIn(watching)).toEqual(['waiting_started', 'waiting_ended']));
  });

  it('of a question that is not confirmed is forgotten also where the clock of the wall goes slower than the timers', async () => {
    const startedAt = Date.now();
    const clock = { ...systemClock, now: () => startedAt + (Date.now() - startedAt) * 0.9 };
    const { folder, writer, watching } = await atWork({}, '2.1.332', clock);
    runHook(folder, given(writer.sessionId), { name: 'PermissionRequest' });
    await eventually(() => expect(waitsIn(watching)).toEqual(['waiting_started', 'waiting_ended']));
  });

  it('of a question is nothing where the process tells no status: nobody would tell the answer', async () => {
    const { folder, writer, watching } = await atWork(undefined, '2.0.76');
    runHook(folder, given(writer.sessionId), { name: 'PermissionRequest' });
    await eventually(() => expect(readdirSync(folder)).toEqual([]));
    await sleep(500);
    expect(waitsIn(watching)).toEqual([]);
  });

  it('of the end of an answer ends a turn of an old program at once', async () => {
    // Nothing that takes seconds ends it.
    const clock = { ...systemClock, after: (ms: number, run: () => void) => (ms < 2_000 ? systemClock.after(ms, run) : () => undefined) };
    const { folder, writer, watching } = await atWork(undefined, '2.0.76', clock);
    const lines = [writer.result('call-1', 'made'), writer.says([{ type: 'text', text: 'Made.' }]).replace('"tool_use"', 'null')];
    writer.add(...lines.map((line) => line.replace('2.1.332', '2.0.76')));
    await sleep(500);
    expect(turnOf(watching, writer)?.end).toBeUndefined();
    runHook(folder, given(writer.sessionId), { name: 'Stop' });
    await eventually(() => expect(turnOf(watching, writer)?.end?.outcome).toBe('done'));
  });

  it('of the end of a session ends what an old program leaves open', async () => {
    const { folder, writer, watching } = await atWork(undefined, '2.0.76');
    runHook(folder, given(writer.sessionId), { name: 'SessionEnd' });
    await eventually(() => expect(turnOf(watching, writer)?.end?.outcome).toBe('lost'));
  });

  it('of the end of a session is nothing while a process has it open', async () => {
    const { folder, writer, watching } = await atWork({});
    runHook(folder, given(writer.sessionId), { name: 'SessionEnd' });
    await eventually(() => expect(readdirSync(folder)).toEqual([]));
    await sleep(1_000);
    expect(turnOf(watching, writer)?.end).toBeUndefined();
  });

  it('that nobody heard in time is removed and says nothing; other files there are left alone', async () => {
    const { folder, writer, watching } = await atWork(undefined, '2.0.76');
    const old = join(folder, `${writer.sessionId}.SessionEnd.new`);
    writeFileSync(join(folder, 'before-hooks.json'), '{}');
    writeFileSync(old, '');
    utimesSync(old, Date.now() / 1000 - 90, Date.now() / 1000 - 90);
    spawnSync('mv', [old, old.slice(0, -4)]);
    await eventually(() => expect(existsSync(old.slice(0, -4))).toBe(false));
    await sleep(1_000);
    expect(turnOf(watching, writer)?.end).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['before-hooks.json']);
  });
});
