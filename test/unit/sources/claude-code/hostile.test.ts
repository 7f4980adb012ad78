// What files may contain that no recording has: words where names belong, instants of another age, ids that are none, other projects.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventOf, SessionEvent } from '../../../../src/core/event.ts';
import { NOTHING_VISIBLE, type Visibility } from '../../../../src/core/source.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { ownDomain, SessionWriter, startOf } from './session-writer.ts';
import { watch } from './watching.ts';

const ROUTED: Visibility = { ...NOTHING_VISIBLE, isRouted: true };
const EVERYTHING: Visibility = { isRouted: true, commands: true, texts: true, prompts: true };

async function watched(visibility: (address: string) => Visibility) {
  const dir = join(tempFolderInMemory(), '.claude');
  mkdirSync(dir);
  const writer = new SessionWriter(dir);
  const watching = await watch({ dirs: [dir], visibility });
  onTestFinished(() => watching.source.stop());
  return { writer, ...watching };
}

function of<T extends SessionEvent['type']>(events: readonly SessionEvent[], type: T): EventOf<T>[] {
  return events.filter((each): each is EventOf<T> => each.type === type);
}

function shown(events: readonly SessionEvent[]): string {
  return JSON.stringify(events, (name, value: unknown) => (name === 'hidden' ? undefined : value));
}

describe('words where the name of a failure belongs', () => {
  it.each(['error', 'apiErrorType'])('are not shown by default, in %s', async (name) => {
    const { writer, events } = await watched(() => ROUTED);
    const message = { content: [{ type: 'text', text: 'API Error' }] };
    writer.add(writer.prompt('Go.'), writer.line('assistant', { message, isApiErrorMessage: true }, { [name]: 'cannot do CANARY' }));
    await eventually(() => expect(of(events, 'run_ended').map(({ reason }) => reason)).toEqual(['the model call failed']));
  });

  it('are not shown of a call that is tried again', async () => {
    const { writer, events } = await watched(() => ROUTED);
    const error = { status: 529, type: 'cannot do CANARY' };
    writer.add(writer.prompt('Go.'), writer.line('system', { subtype: 'api_error', retryAttempt: 1, error }));
    await eventually(() => expect(of(events, 'retry_scheduled').map(({ reason }) => reason)).toEqual(['529']));
  });
});

it('a path that leaves the project on the way is shown by its last part alone', async () => {
  const { writer, events } = await watched(() => ROUTED);
  writer.add(writer.prompt('Go.'), writer.calls('c1', 'Read', { file_path: 'src/../../CANARY/secret.txt' }));
  await eventually(() => expect(of(events, 'tool_started').map(({ args }) => args)).toEqual([{ file_path: 'secret.txt' }]));
});

it('an argument that is nested a hundred thousand times costs its call no more than its words, and the session nothing', async () => {
  const { writer, events, source } = await watched(() => EVERYTHING);
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  writer.add(writer.prompt('Go.'), writer.calls('c1', 'Bash', { command: 'DEEP' }).replace('"DEEP"', deep), writer.result('c1', 'ok'));
  await eventually(() => expect(of(events, 'tool_ended')).toMatchObject([{ callId: 'c1' }]));
  expect(of(events, 'tool_started').map(({ args }) => args)).toEqual([{ command: '(nested too deeply)' }]);
  expect(source.health()).toMatchObject({ problems: {}, unknownKinds: {} });
});

it('a line that names a folder of a hundred thousand levels is read at once, and its turn is shown', async () => {
  const { writer, events } = await watched(() => ROUTED);
  const far = { cwd: '/a'.repeat(100_000) };
  writer.add(writer.prompt('Go.'), writer.line('user', { message: { role: 'user', content: 'Far.' } }, { promptSource: 'typed', ...far }));
  writer.add(writer.calls('c1', 'Bash', { command: 'make' }), writer.result('c1', 'made'));
  await eventually(() => expect(of(events, 'tool_ended')).toHaveLength(1));
  expect(JSON.stringify(events)).not.toContain('/a/a/a');
});

describe('a session of a project that is shown', () => {
  const visibility = (address: string): Visibility => (address.endsWith('/shop') ? EVERYTHING : NOTHING_VISIBLE);

  it('shows nothing of what it does in the folder of a project that is not', async () => {
    const { writer, events } = await watched(visibility);
    const away = { cwd: '/home/dev/private' };
    const says = (...content: object[]): string =>
      writer.line('assistant', { message: { id: 'm1', model: 'claude-test', content, stop_reason: 'tool_use' } }, away);
    writer.add(
      writer.prompt('Go there.'),
      says({ type: 'text', text: 'CANARY-text' }),
      says({ type: 'tool_use', id: 'c1', name: 'Read', input: { file_path: '/home/dev/private/CANARY-client/plan.md' } }),
      says({ type: 'tool_use', id: 'c2', name: 'Bash', input: { command: 'CANARY-command' } }),
      writer.line('user', { message: { role: 'user', content: 'CANARY-prompt' } }, { promptSource: 'typed', ...away }),
      writer.line('user', { message: { role: 'user', content: 'And back.' } }, { promptSource: 'typed' }),
    );
    await eventually(() => expect(shown(events)).toContain('And back.'));
    expect(shown(events)).toContain('plan.md');
    expect(shown(events)).not.toContain('CANARY');
  });

  it('shows what it does in a folder below its own', async () => {
    const { writer, events } = await watched(visibility);
    writer.add(
      writer.prompt('Go.'),
      writer.line('user', { message: { role: 'user', content: 'Below.' } }, { promptSource: 'typed', cwd: '/home/dev/shop/src' }),
    );
    await eventually(() => expect(shown(events)).toContain('Below.'));
  });
});

describe('the file of a process', () => {
  it.each([1e300, -1e300, 8.64e15 + 1])('does not put the clock of its session to %d', async (statusUpdatedAt) => {
    const { writer, events, fold } = await watched(() => ROUTED);
    const { pid } = process;
    writer.add(writer.prompt('Go.'), writer.calls('c1', 'Bash', { command: 'make' }));
    const live = writer.liveText({ pid, procStart: startOf(pid), pidDomain: ownDomain(), status: 'waiting' });
    mkdirSync(join(writer.dir, 'sessions'), { recursive: true });
    writeFileSync(writer.livePath(pid), JSON.stringify({ ...(JSON.parse(live) as object), statusUpdatedAt }));
    await eventually(() => expect(of(events, 'waiting_started')).toHaveLength(1));
    expect(Math.abs((fold.sessionsByKey.get(writer.key)?.asOf ?? 0) - Date.now())).toBeLessThan(60_000);
  });
});

describe('an id', () => {
  it.each(['constructor', '__proto__', 'x'.repeat(10_000), 'two words\n@all'])(
    '%#: pairs a call with its result, whatever it is',
    async (id) => {
      const { writer, events } = await watched(() => ROUTED);
      writer.add(writer.prompt('Go.'), writer.calls(id, 'Bash', { command: 'make' }), writer.result(id, 'made'));
      await eventually(() => expect(of(events, 'tool_ended')).toHaveLength(1));
      const [[begun], [ended]] = [of(events, 'tool_started'), of(events, 'tool_ended')];
      expect(begun?.callId).toMatch(/^id-[0-9a-f]{24}$/);
      expect(ended?.callId).toBe(begun?.callId);
    },
  );
});

describe('what a session in the background needs', () => {
  async function needed(needs: string, may: Partial<Visibility>): Promise<(string | undefined)[]> {
    const { writer, events } = await watched(() => ({ ...ROUTED, ...may }));
    writer.add(writer.prompt('Go.'));
    const job = join(writer.dir, 'jobs', '12345678');
    mkdirSync(job, { recursive: true });
    writeFileSync(join(job, 'state.json'), JSON.stringify({ sessionId: writer.sessionId, tempo: 'blocked', needs }));
    await eventually(() => expect(of(events, 'waiting_started')).toHaveLength(1));
    return of(events, 'waiting_started').map(({ text }) => text);
  }

  it('is a command, or a text', async () => {
    expect(await needed('approve Bash: make', { commands: true })).toEqual(['Bash: make']);
    expect(await needed('approve Bash: make', { texts: true })).toEqual([undefined]);
    expect(await needed('Which of both?', { commands: true })).toEqual([undefined]);
    expect(await needed('Which of both?', { texts: true })).toEqual(['Which of both?']);
  });
});
