import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { callsOf } from '../../../../src/core/calls.ts';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { systemClock } from '../../../../src/process/system-clock.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { describeBoxes } from './describe-boxes.ts';
import { ownDomain, SessionWriter, startOf } from './session-writer.ts';
import { type Watching, watch } from './watching.ts';

vi.setConfig({ testTimeout: 240_000 });

const UNTIL_NOTICED_MS = 2_500; // of what must not happen: more than two looks at the processes
const NO_PID = 4_000_000; // beyond what the system gives

function program(): { pid: number; child: ChildProcess } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('it did not start');
  return { pid: child.pid, child };
}

/** A session with a turn in which a command runs. */
async function atWork(options: Partial<Parameters<typeof watch>[0]> = {}): Promise<{ writer: SessionWriter } & Watching> {
  const dir = join(tempFolderInMemory(), '.claude');
  mkdirSync(dir);
  const writer = new SessionWriter(dir);
  const watching = await watch({ dirs: [dir], ...options });
  onTestFinished(() => watching.source.stop());
  writer.add(writer.prompt('Go.'), writer.calls('call-1', 'Bash', { command: 'make' }));
  await eventually(() => expect(typesOf(watching, writer.key)).toContain('tool_started'));
  return { writer, ...watching };
}

const typesOf = ({ events }: Pick<Watching, 'events'>, key: string): SessionEvent['type'][] =>
  events.filter(({ sessionKey }) => sessionKey === key).map(({ type }) => type);

const turnOf = ({ fold }: Watching, key: string) => fold.sessionOf(key).turns.at(-1);

describe('a turn whose process', () => {
  it('was killed with -9 is lost at once, with what was open in it', async () => {
    const { writer, ...watching } = await atWork();
    const { pid, child } = program();
    writer.live({ pid, procStart: startOf(pid), pidDomain: ownDomain() });
    await sleep(UNTIL_NOTICED_MS);
    expect(turnOf(watching, writer.key)?.end).toBeUndefined();
    child.kill('SIGKILL');
    await eventually(() => expect(turnOf(watching, writer.key)?.end?.outcome).toBe('lost'));
    expect(watching.fold.sessionOf(writer.key).turns.flatMap(callsOf)).toMatchObject([{ callId: 'call-1', endedAt: expect.any(Number) }]);
  });

  it('was ended by SIGTERM, which removes its live file, is lost, too', async () => {
    const { writer, ...watching } = await atWork();
    const { pid, child } = program();
    writer.live({ pid, procStart: startOf(pid), pidDomain: ownDomain() });
    await sleep(500);
    child.kill('SIGTERM');
    writer.leave(pid);
    await eventually(() => expect(turnOf(watching, writer.key)?.end?.outcome).toBe('lost'));
  });

  it('was left is done when its last lines come after its live file is gone', async () => {
    const { writer, ...watching } = await atWork();
    const { pid } = program();
    writer.live({ pid, procStart: startOf(pid), pidDomain: ownDomain() });
    await sleep(300);
    writer.leave(pid);
    await sleep(20);
    writer.add(writer.result('call-1', 'made'), writer.says([{ type: 'text', text: 'Made.' }], 'end_turn'), writer.ends());
    await sleep(UNTIL_NOTICED_MS / 2);
    expect(turnOf(watching, writer.key)?.end?.outcome).toBe('done');
    expect(typesOf(watching, writer.key)).not.toContain('source_lost');
  });

  it('cannot be seen, because the folder of live files is not there, goes on', async () => {
    const { writer, ...watching } = await atWork();
    await sleep(UNTIL_NOTICED_MS / 2);
    writer.add(writer.result('call-1', 'made'));
    await sleep(UNTIL_NOTICED_MS / 2);
    expect(turnOf(watching, writer.key)?.end).toBeUndefined();
    expect(typesOf(watching, writer.key)).not.toContain('source_lost');
  });

  it('has given its pid to another process is lost', async () => {
    const { writer, ...watching } = await atWork();
    const { pid } = program();
    writer.live({ pid, procStart: '1', pidDomain: ownDomain() });
    await eventually(() => expect(turnOf(watching, writer.key)?.end?.outcome).toBe('lost'));
  });

  it.each([
    ['another pid namespace', 'linux:00000000000000000000000000000000:pid:[4026531836]'],
    ['no domain that it names, before any process was seen here', undefined],
  ])('cannot be judged, because of %s, is never lost', async (_why, pidDomain) => {
    const { writer, ...watching } = await atWork();
    writer.live({ pid: NO_PID, procStart: '1', ...(pidDomain === undefined ? {} : { pidDomain }) });
    await sleep(UNTIL_NOTICED_MS);
    expect(turnOf(watching, writer.key)?.end).toBeUndefined();
    expect(watching.fold.sessionOf(writer.key).tellsLoss).toBe(true);
  });

  it('is hidden from this user is never lost', async () => {
    const domain = async () => 'here';
    const { writer, ...watching } = await atWork({ processes: { domain, look: async () => 'hidden' } });
    writer.live({ pid: NO_PID, procStart: '1', pidDomain: 'here' });
    await sleep(UNTIL_NOTICED_MS);
    expect(turnOf(watching, writer.key)?.end).toBeUndefined();
  });

  it('names no domain is lost once another process was seen exactly as its live file says', async () => {
    const { writer, ...watching } = await atWork();
    const { pid } = program();
    const other = new SessionWriter(writer.dir, { number: 2 });
    other.live({ pid, procStart: startOf(pid) });
    await sleep(300);
    writer.live({ pid: NO_PID, procStart: '1' });
    await eventually(() => expect(turnOf(watching, writer.key)?.end?.outcome).toBe('lost'));
  });

  it('runs in a real pid namespace of its own is never lost', async ({ skip }) => {
    const inside = spawn('unshare', ['--pid', '--fork', '--mount-proc', 'sleep', '60'], { stdio: 'ignore' });
    onTestFinished(() => void execFileSync('kill', ['-9', String(inside.pid)]));
    await sleep(500);
    const children = (): string => readFileSync(`/proc/${inside.pid}/task/${inside.pid}/children`, 'utf8').trim();
    skip(inside.exitCode !== null || children() === '', 'unshare is not allowed here');
    const namespace = readlinkSync(`/proc/${children()}/ns/pid`);
    const { writer, ...watching } = await atWork();
    writer.live({ pid: 1, procStart: '1', pidDomain: ownDomain().replace(/pid:\[\d+\]/, namespace) });
    await sleep(UNTIL_NOTICED_MS);
    expect(turnOf(watching, writer.key)?.end).toBeUndefined();
  });

  it('was given another session by /clear is over, and the new session has a turn of its own', async () => {
    const { writer, ...watching } = await atWork();
    const { pid } = program();
    const about = { pid, procStart: startOf(pid), pidDomain: ownDomain() };
    writer.live(about);
    await sleep(300);
    const next = new SessionWriter(writer.dir, { number: 2 });
    next.live(about);
    next.add(next.line('user', { message: { role: 'user', content: '<command-name>/clear</command-name>' } }), next.prompt('And now?'));
    await eventually(() => expect(turnOf(watching, writer.key)?.end?.outcome).toBe('lost'));
    await eventually(() => expect(turnOf(watching, next.key)?.trigger.kind).toBe('person'));
    expect(turnOf(watching, next.key)?.end).toBeUndefined();
  });

  it('was lost, and was resumed in another folder, goes on under the same address', async () => {
    const { writer, ...watching } = await atWork();
    const elsewhere = { cwd: '/home/dev/elsewhere' };
    writer.add(writer.line('user', { message: { role: 'user', content: 'Go on.' } }, { promptSource: 'typed', ...elsewhere }));
    await eventually(() => expect(watching.fold.sessionOf(writer.key).turns).toHaveLength(2));
    expect(watching.fold.sessionOf(writer.key).address).toBe('claude-code:/home/dev/shop');
  });

  it('was killed while nobody watched is lost when somebody does again', async () => {
    const { writer, stop } = await atWork();
    const { pid, child } = program();
    writer.live({ pid, procStart: startOf(pid), pidDomain: ownDomain() });
    await sleep(300);
    const memory = await stop();
    child.kill('SIGKILL');
    const second = await watch({ dirs: [writer.dir], memory });
    onTestFinished(() => second.source.stop());
    await eventually(() => expect(turnOf(second, writer.key)?.end?.outcome).toBe('lost'));
  });
});

describe('waiting', () => {
  const waits = ({ events }: Pick<Watching, 'events'>) =>
    events.flatMap((event) =>
      event.type === 'waiting_started' ? [`${event.on}: ${event.text ?? ''}`] : event.type === 'waiting_ended' ? ['ended'] : [],
    );

  async function waiting(clock = systemClock) {
    const at = await atWork({ clock, visibility: () => ({ isRouted: true, commands: false, texts: false, prompts: false }) });
    const { pid } = program();
    const about = { pid, procStart: startOf(pid), pidDomain: ownDomain() };
    at.writer.live(about);
    await sleep(300);
    return { ...at, about };
  }

  it('begins and ends as soon as the live file says so, without any look that takes a second, and names the tool alone', async () => {
    const hasty = { ...systemClock, after: (ms: number, run: () => void) => (ms < 1_000 ? systemClock.after(ms, run) : () => undefined) };
    const { writer, about, events } = await waiting(hasty);
    writer.live({ ...about, status: 'waiting', waitingFor: 'permission prompt' });
    await eventually(() => expect(waits({ events })).toEqual(['approval: Bash']));
    writer.live({ ...about, status: 'busy' });
    await eventually(() => expect(waits({ events }).at(-1)).toBe('ended'));
  });

  it('says where the person must go: the host of a process that runs here, and no name where the route shows no texts', async () => {
    const { writer, about, events } = await waiting();
    writer.live({ ...about, status: 'waiting', waitingFor: 'permission prompt', name: 'fix-login', nameSource: 'user' });
    await eventually(() => expect(waits({ events })).toEqual(['approval: Bash']));
    const who = events.flatMap((event) => (event.type === 'waiting_started' ? [event.who] : []));
    expect(who[0]).toMatch(/^whoever is at its terminal, (?:pts\/\d+ )?on /);
    expect(who[0]).toContain(hostname());
    expect(who[0]).not.toContain('fix-login');
  });

  it('is told from a file that is torn while it is written, as soon as it is whole', async () => {
    const { writer, about, events } = await waiting();
    const path = writer.livePath(about.pid);
    const whole = writer.liveText({ ...about, status: 'waiting', waitingFor: 'permission prompt' });
    writeFileSync(path, `${whole.slice(0, 80)}…","old":"tail"}}`);
    await sleep(40);
    expect(waits({ events })).toEqual([]);
    truncateSync(path, 0);
    await sleep(30);
    appendFileSync(path, whole);
    await eventually(() => expect(waits({ events })).toEqual(['approval: Bash']));
  });

  it('is none for a dialog when no turn is open, nor for a state that is not known', async () => {
    const { writer, about, events } = await waiting();
    writer.live({ ...about, status: 'pondering' });
    writer.add(writer.result('call-1', 'made'), writer.says([{ type: 'text', text: 'Made.' }], 'end_turn'), writer.ends());
    await eventually(() => expect(events.some(({ type }) => type === 'run_ended')).toBe(true));
    writer.live({ ...about, status: 'waiting', waitingFor: 'dialog open' });
    await sleep(600);
    expect(waits({ events })).toEqual([]);
  });
});

describe('the name of a session', () => {
  const labelOf = ({ fold }: Pick<Watching, 'fold'>, key: string) => fold.sessionOf(key).label;

  it('is what a person called it, as its process says, and nothing that the program made up', async () => {
    const { writer, ...watching } = await atWork();
    const { pid } = program();
    writer.live({ pid, procStart: startOf(pid), pidDomain: ownDomain(), name: 'shop-e7', nameSource: 'derived' });
    await sleep(400);
    expect(labelOf(watching, writer.key)).toBe('shop');
    writer.live({ pid, procStart: startOf(pid), pidDomain: ownDomain(), name: 'price list', nameSource: 'user' });
    await eventually(() => expect(labelOf(watching, writer.key)).toBe('shop · price list'));
    writer.add(`{"type":"ai-title","aiTitle":"Make the shop","sessionId":"${writer.sessionId}"}\n`, writer.result('call-1', 'made'));
    await eventually(() => expect(typesOf(watching, writer.key)).toContain('tool_ended'));
    expect(labelOf(watching, writer.key)).toBe('shop · price list');
  });

  it('is not shown where texts are not', async () => {
    const { writer, ...watching } = await atWork({ visibility: () => ({ isRouted: true, commands: true, texts: false, prompts: true }) });
    const { pid } = program();
    writer.live({ pid, procStart: startOf(pid), pidDomain: ownDomain(), name: 'price list', nameSource: 'user' });
    await sleep(400);
    expect(labelOf(watching, writer.key)).toBe('shop');
  });
});

describe('a turn that only waits for a sub-agent in the background', () => {
  const AGENT = 'a1234567890abcdef';

  async function yielding() {
    const { writer, ...watching } = await atWork();
    const { pid, child } = program();
    writer.live({ pid, procStart: startOf(pid), pidDomain: ownDomain() });
    const agents = join(writer.path.replace(/\.jsonl$/, ''), 'subagents');
    mkdirSync(agents, { recursive: true });
    writer.add(
      writer.result('call-1', 'made'),
      writer.calls('t1', 'Agent', { subagent_type: 'Explore', description: 'Count', prompt: 'Count it.' }),
      writer.result('t1', 'launched', { toolUseResult: { isAsync: true, status: 'async_launched', agentId: AGENT } }),
      writer.says([{ type: 'text', text: 'It is at work.' }], 'end_turn'),
      writer.line('system', { subtype: 'turn_duration', durationMs: 1, pendingBackgroundAgentCount: 1 }),
    );
    writeFileSync(
      join(agents, `agent-${AGENT}.meta.json`),
      JSON.stringify({ agentType: 'Explore', description: 'Count', toolUseId: 't1' }),
    );
    const about = {
      sessionId: writer.sessionId,
      cwd: writer.cwd,
      version: '2.1.332',
      entrypoint: 'cli',
      isSidechain: true,
      agentId: AGENT,
    };
    const line = (uuid: string, parentUuid: string | null, type: string, message: object): string =>
      `${JSON.stringify({ parentUuid, ...about, type, message, uuid, timestamp: new Date().toISOString() })}\n`;
    const call = { type: 'tool_use', id: 'inner', name: 'Bash', input: { command: 'sleep 60' } };
    appendFileSync(
      join(agents, `agent-${AGENT}.jsonl`),
      line('a1', null, 'user', { role: 'user', content: 'Count it.' }) +
        line('a2', 'a1', 'assistant', { id: 'am', model: 'claude-test', content: [call], stop_reason: 'tool_use' }),
    );
    const agentKey = `${writer.key}/${AGENT}`;
    await eventually(() => expect(typesOf(watching, agentKey)).toContain('tool_started'));
    await eventually(() => expect(typesOf(watching, writer.key)).toContain('child_spawned'));
    return { writer, child, agentKey, ...watching };
  }

  it('is lost with its sub-agent when the process is killed with -9', async () => {
    const { writer, child, agentKey, ...watching } = await yielding();
    await sleep(UNTIL_NOTICED_MS);
    expect(turnOf(watching, writer.key)?.end).toBeUndefined();
    child.kill('SIGKILL');
    await eventually(() => expect(turnOf(watching, writer.key)?.end?.outcome).toBe('lost'));
    await eventually(() => expect(turnOf(watching, agentKey)?.end?.outcome).toBe('lost'));
    expect(describeBoxes(watching.fold).match(/LOST/g)).toHaveLength(2);
    expect(watching.fold.sessionOf(agentKey).turns.flatMap(callsOf)).toMatchObject([{ callId: 'inner', endedAt: expect.any(Number) }]);
  });

  it('is lost with it, too, when that happened while nobody watched', async () => {
    const { writer, child, agentKey, stop } = await yielding();
    const memory = await stop();
    child.kill('SIGKILL');
    const second = await watch({ dirs: [writer.dir], memory });
    onTestFinished(() => second.source.stop());
    await eventually(() => expect(turnOf(second, writer.key)?.end?.outcome).toBe('lost'));
    await eventually(() => expect(turnOf(second, agentKey)?.end?.outcome).toBe('lost'));
  });
});
