import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callsOf } from '../../../../src/core/calls.ts';
import { usageOf } from '../../../../src/core/turn.ts';
import { SessionDecoder } from '../../../../src/sources/claude-code/session-decoder.ts';
import type { Fact } from '../../../../src/sources/claude-code/session-facts.ts';
import { tempFolder, tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { SessionWriter } from './session-writer.ts';
import { type Watching, watch } from './watching.ts';

const UNTIL_NOTICED_MS = 400; // of what must not happen

function decoder(options: Partial<ConstructorParameters<typeof SessionDecoder>[0]> = {}): SessionDecoder {
  return new SessionDecoder({
    isAgent: false,
    isWhole: true,
    mayBeFork: false,
    isCopy: () => false,
    onUnknown: () => undefined,
    ...options,
  });
}

const kindsOf = (facts: readonly Fact[]): string[] => facts.flatMap(({ kind }) => (kind === 'about' || kind === 'used' ? [] : [kind]));

async function watched(): Promise<{ writer: SessionWriter } & Watching> {
  const dir = join(tempFolderInMemory(), '.claude');
  mkdirSync(dir);
  const writer = new SessionWriter(dir);
  const watching = await watch({ dirs: [dir] });
  onTestFinished(() => watching.source.stop());
  return { writer, ...watching };
}

describe('wrong order', () => {
  const writer = new SessionWriter(tempFolder('claude-traps'));
  const prompt = writer.prompt('Go.');
  const answer = writer.says([{ type: 'text', text: 'Gone.' }], 'end_turn');
  const end = writer.ends();

  it('inside one write: an answer before its prompt comes after it', () => {
    const reading = decoder();
    const facts = [answer, end, prompt].flatMap((line) => reading.decode(line));
    expect(kindsOf(facts)).toEqual(['prompt', 'text', 'ended']);
    expect(reading.isHolding).toBe(false);
  });

  it('for good: a line whose parent never comes is not lost', () => {
    const reading = decoder();
    expect(kindsOf(reading.decode(answer))).toEqual([]);
    expect(kindsOf(reading.release())).toEqual(['resumed', 'text']);
  });

  it('over two reads: a prompt that comes late is that of the run that has begun without it', () => {
    const reading = decoder();
    reading.decode(answer);
    const began = reading.release().find(({ kind }) => kind === 'resumed');
    const late = reading.decode(prompt).find(({ kind }) => kind === 'prompt');
    expect(late).toMatchObject({ runId: began?.kind === 'resumed' ? began.runId : '?' });
  });
});

describe('late lines', () => {
  it('that stand in the file before a prompt of the next turn belong to the turn before', async () => {
    const { writer, fold } = await watched();
    writer.add(writer.prompt('One.'), writer.calls('call-1', 'Bash', {}));
    writer.add(
      writer.prompt('Two.'),
      writer.result('call-1', 'late'),
      writer.says([{ type: 'text', text: 'Two.' }], 'end_turn'),
      writer.ends(),
    );
    await eventually(() => expect(fold.sessionOf(writer.key).turns.at(-1)?.end?.outcome).toBe('done'));
    const { turns } = fold.sessionOf(writer.key);
    expect(turns.map((turn) => callsOf(turn).map(({ outcome }) => outcome))).toEqual([[{ kind: 'ok' }], []]);
  });
});

describe('repeated usage', () => {
  it('of the blocks of one message counts once, and as it was in the end', async () => {
    const { writer, fold } = await watched();
    const text = [{ type: 'text', text: 'One.' }];
    writer.add(
      writer.prompt('Go.'),
      writer.says(text, 'tool_use', { input_tokens: 40, output_tokens: 1, cache_read_input_tokens: 7 }, 'm1'),
      writer.says(text, 'tool_use', { input_tokens: 40, output_tokens: 54, cache_read_input_tokens: 7 }, 'm1'),
      writer.says(text, 'end_turn', { input_tokens: 50, output_tokens: 3 }, 'm2'),
      writer.ends(),
    );
    await eventually(() => expect(fold.sessionOf(writer.key).turns.at(-1)?.end).toBeDefined());
    const [turn] = fold.sessionOf(writer.key).turns;
    expect(turn === undefined ? undefined : usageOf(turn)).toMatchObject({ input: 90, output: 57, cacheRead: 7 });
  });
});

describe('copied history', () => {
  it('of a fork is nothing new, whether its original was read or not', async () => {
    const { writer, fold } = await watched();
    const old = [writer.prompt('Old.'), writer.says([{ type: 'text', text: 'Old.' }], 'end_turn'), writer.ends()];
    writer.add(...old);
    await eventually(() => expect(fold.sessionOf(writer.key).turns).toHaveLength(1));
    const fork = new SessionWriter(writer.dir, { number: 2 });
    fork.add(...old.map((line) => line.replaceAll(writer.sessionId, fork.sessionId)), fork.prompt('New.'));
    await eventually(() => expect(fold.sessionOf(fork.key).turns).toHaveLength(1));
    expect(Object.values(fold.sessionOf(fork.key).turns[0]?.usageById ?? {})).toEqual([]);

    const unread = new SessionWriter(writer.dir, { number: 3 });
    const by = { requestSessionId: 'another' };
    const copied = [
      unread.prompt('Unread.'),
      unread.line('assistant', { message: { id: 'm9', content: [{ type: 'text', text: 'x' }] } }, by),
    ];
    unread.add(...copied, unread.prompt('Own.'));
    await eventually(() => expect(fold.sessionOf(unread.key).turns).toHaveLength(1));
    expect(JSON.stringify(fold.sessionOf(unread.key).turns)).not.toContain('Unread.');
  });
});

describe('moved files', () => {
  it('go on in their box, there and back, and are never called lost', async () => {
    const { writer, fold, events } = await watched();
    writer.add(writer.prompt('Go.'), writer.calls('call-1', 'EnterWorktree', {}));
    await eventually(() => expect(fold.sessionOf(writer.key).turns[0]?.callsById['call-1']).toBeDefined());
    const there = join(dirname(dirname(writer.path)), '-home-dev-shop--claude-worktrees-tidy', `${writer.sessionId}.jsonl`);
    mkdirSync(dirname(there));
    renameSync(writer.path, there);
    writeFileSync(there, writer.result('call-1', 'in') + writer.calls('call-2', 'Bash', {}), { flag: 'a' });
    await eventually(() => expect(fold.sessionOf(writer.key).turns[0]?.callsById['call-2']).toBeDefined());
    renameSync(there, writer.path);
    writer.add(writer.result('call-2', 'out'), writer.says([{ type: 'text', text: 'Back.' }], 'end_turn'), writer.ends());
    await eventually(() => expect(fold.sessionOf(writer.key).turns[0]?.end?.outcome).toBe('done'));
    await sleep(UNTIL_NOTICED_MS);
    expect(fold.sessionOf(writer.key).turns).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'source_lost')).toEqual([]);
  });
});

describe('ghosts', () => {
  it('of meta files that /clear copied, and of warm-ups, are no sub-agents', async () => {
    const { writer, events } = await watched();
    const agents = join(writer.path.replace(/\.jsonl$/, ''), 'subagents');
    mkdirSync(agents, { recursive: true });
    writeFileSync(join(agents, 'agent-a1.meta.json'), '{"agentType":"Explore","toolUseId":"call-1"}');
    writer.add(writer.prompt('Go.'), writer.calls('call-1', 'Agent', { prompt: 'Look.' }));
    const warm = { message: { role: 'user', content: 'Warmup' }, isSidechain: true, agentId: 'a2' };
    writeFileSync(
      join(dirname(writer.path), 'agent-a2.jsonl'),
      `${JSON.stringify({ parentUuid: null, type: 'user', uuid: 'w', timestamp: new Date().toISOString(), sessionId: writer.sessionId, ...warm })}\n`,
    );
    await eventually(() => expect(events.some(({ type }) => type === 'tool_started')).toBe(true));
    await sleep(UNTIL_NOTICED_MS);
    expect(
      events.filter((event) => event.type === 'child_spawned' || (event.type === 'session_seen' && event.isSubAgent === true)),
    ).toEqual([]);
  });
});

describe('pasted text', () => {
  it('that looks like an interruption is a prompt when somebody typed it', async () => {
    const { writer, fold } = await watched();
    writer.add(writer.prompt('[Request interrupted by user]'));
    await eventually(() => expect(fold.sessionOf(writer.key).turns).toHaveLength(1));
    expect(fold.sessionOf(writer.key).turns[0]?.end).toBeUndefined();
  });
});

describe('unknown kinds', () => {
  it('are counted by their names, and stop nothing', async () => {
    const { writer, fold, source } = await watched();
    writer.add(writer.prompt('Go.'), '{"type":"hologram","sessionId":"x"}\n', writer.line('system', { subtype: 'sang' }), writer.ends());
    await eventually(() => expect(fold.sessionOf(writer.key).turns[0]?.end?.outcome).toBe('done'));
    expect(source.health().unknownKinds).toEqual({ hologram: 1, 'system:sang': 1 });
  });
});

describe('a removed session', () => {
  it('is lost', async () => {
    const { writer, fold } = await watched();
    writer.add(writer.prompt('Go.'));
    await eventually(() => expect(fold.sessionOf(writer.key).turns).toHaveLength(1));
    rmSync(writer.path);
    await eventually(() => expect(fold.sessionOf(writer.key).turns[0]?.end?.outcome).toBe('lost'));
  });
});

describe('a message that was typed during a turn', () => {
  const writer = new SessionWriter(tempFolder('claude-queue'));
  const queue = (operation: string, content: string, about: object = {}) =>
    JSON.stringify({ type: 'queue-operation', operation, timestamp: new Date().toISOString(), content, ...about });
  const notification = '<task-notification>\n<task-id>x</task-id>';
  const queuedIn = (...lines: string[]) => {
    const reading = decoder();
    return lines.flatMap((line) => reading.decode(line)).flatMap((fact) => (fact.kind === 'queued' ? [[fact.text, fact.isTakenIn]] : []));
  };

  it('waits, and is taken in', () => {
    const taken = queue('remove', 'Stop.', { reason: 'absorbed_mid_turn' });
    expect(queuedIn(writer.prompt('Go.'), queue('enqueue', 'Stop.'), taken)).toEqual([
      ['Stop.', false],
      ['Stop.', true],
    ]);
  });

  it('is none when it was taken back, when no turn is open, or when the program queues a report', () => {
    expect(queuedIn(queue('enqueue', 'Go.'), writer.prompt('Go.'), queue('remove', 'Stop.'), queue('enqueue', notification))).toEqual([]);
    expect(queuedIn(writer.prompt('Go.'), queue('remove', notification, { reason: 'absorbed_mid_turn' }))).toEqual([]);
    expect(queuedIn(writer.prompt('Go.'), writer.ends(), queue('enqueue', 'More.'))).toEqual([]);
  });

  it('is none when the turn only waits for its sub-agents: then it begins at once', () => {
    const yields = writer.line('system', { subtype: 'turn_duration', durationMs: 1, pendingBackgroundAgentCount: 1 });
    expect(queuedIn(writer.prompt('Go.'), yields, queue('enqueue', 'Agent "x" was stopped by the user.'))).toEqual([]);
  });
});
