// Two sources of files side by side, as the daemon holds them: real files, a real checkpoint, several processes after each other.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { portsOf, type SourceHost } from '../../../src/app/sources.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { newSession, reduce } from '../../../src/core/reduce.ts';
import type { Session } from '../../../src/core/session.ts';
import { NOTHING_VISIBLE, type Source } from '../../../src/core/source.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { createTranscriptSource } from '../../../src/sources/openclaw/transcripts/transcripts-source.ts';
import { openCheckpoint } from '../../../src/store/checkpoint.ts';
import { StateStore } from '../../../src/store/state-store.ts';
import { GatewayWriter, header, line, turn } from '../sources/openclaw/transcripts/gateway-writer.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';
import { eventually } from '../../support/until.ts';

vi.setConfig({ testTimeout: 240_000 });

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const HERE = { id: 'transcripts', capabilities: { agents: 'openclaw', namesRuns: false } };
const THERE = { id: 'other-files', capabilities: { agents: 'other', namesRuns: false } };
const KEY = { [HERE.id]: 'agent:here:main', [THERE.id]: 'agent:there:main' };
type Identity = typeof HERE;

/** Two roots and the state directory of the watchers that follow each other. */
function machine() {
  const folder = tempFolderInMemory();
  const rootOf = ({ id }: Identity): string => join(folder, id);
  const writerOf = (who: Identity): GatewayWriter => {
    const agent = KEY[who.id]?.split(':')[1] ?? '';
    const writer = new GatewayWriter(join(rootOf(who), agent, 'sessions'));
    writer.index(KEY[who.id] ?? '', { sessionId: `s-${who.id}` });
    return writer;
  };
  return { folder, rootOf, here: writerOf(HERE), there: writerOf(THERE) };
}

type Machine = ReturnType<typeof machine>;

/** One process of a watcher with these sources. */
async function watcher({ folder, rootOf }: Machine, ...watched: Identity[]) {
  const checkpoint = openCheckpoint(join(folder, 'state'), quiet);
  const sessions = new Map<string, Session>();
  const memory = new StateStore(checkpoint, { sessions: () => sessions, entries: () => [] });
  for (const { session } of memory.sessions.stored()) sessions.set(session.key, session);
  const events: SessionEvent[] = [];
  const emit = (event: SessionEvent): void => {
    events.push(event);
    sessions.set(event.sessionKey, reduce(sessions.get(event.sessionKey) ?? newSession(event.sessionKey), event));
  };
  const host: SourceHost = {
    clock: systemClock,
    log: quiet,
    redact: (text) => text,
    visibility: () => NOTHING_VISIBLE,
    emit,
    positions: memory.positions,
    sessions: () => sessions,
  };
  const sources = watched.map((who): Source => {
    const ports = portsOf(who, host, [HERE, THERE]);
    return createTranscriptSource({ id: who.id, dir: rootOf(who), polling: false, ...ports });
  });
  const stop = async (): Promise<void> => {
    await Promise.all(sources.map((source) => source.stop()));
    memory.flush();
    checkpoint.close();
  };
  onTestFinished(() => Promise.all(sources.map((source) => source.stop())).then(() => undefined));
  await Promise.all(sources.map((source) => source.start()));
  const saidBy = ({ id }: Identity): string[] =>
    events.flatMap((event) => (event.source !== id || event.type === 'session_seen' ? [] : [nameOf(event)]));
  return { events, sessions, saidBy, stop, positionsOf: ({ id }: Identity) => [...memory.positions.stored(id).keys()] };
}

function nameOf(event: SessionEvent): string {
  return event.type === 'message' ? (event.text ?? '') : event.type;
}

const openTurn = (id: string) => [header('s'), line('user', `ask-${id}`), line('assistant', `begin-${id}`, { stopReason: 'toolUse' })];
const isOpen = (sessions: ReadonlyMap<string, Session>, { id }: Identity): boolean =>
  sessions.get(KEY[id] ?? '')?.turns.at(-1)?.end === undefined;

it('each tells of its own sessions only, and remembers its own files only', async () => {
  const place = machine();
  place.here.append(`s-${HERE.id}`, ...openTurn('here'));
  place.there.append(`s-${THERE.id}`, ...openTurn('there'));
  const first = await watcher(place, HERE, THERE);
  for (const who of [HERE, THERE])
    expect(first.events.filter(({ sessionKey }) => sessionKey === KEY[who.id]).every(({ source }) => source === who.id)).toBe(true);
  await first.stop();
  const second = await watcher(place, HERE, THERE);
  expect(second.positionsOf(HERE)).toEqual([place.here.path(`s-${HERE.id}`)]);
  expect(second.positionsOf(THERE)).toEqual([place.there.path(`s-${THERE.id}`)]);
  expect([...second.saidBy(HERE), ...second.saidBy(THERE)]).toEqual([]);
  expect([isOpen(second.sessions, HERE), isOpen(second.sessions, THERE)]).toEqual([true, true]);
  await second.stop();
});

it('one that is missing after a restart loses neither its sessions nor its place, and reads on when it is back', async () => {
  const place = machine();
  place.here.append(`s-${HERE.id}`, ...openTurn('here'));
  place.there.append(`s-${THERE.id}`, ...openTurn('there'));
  await (await watcher(place, HERE, THERE)).stop();
  const alone = await watcher(place, HERE);
  place.there.append(`s-${THERE.id}`, line('assistant', 'meanwhile'));
  expect(alone.events.filter(({ sessionKey }) => sessionKey === KEY[THERE.id])).toEqual([]);
  expect(alone.positionsOf(THERE)).toEqual([place.there.path(`s-${THERE.id}`)]);
  expect(isOpen(alone.sessions, THERE)).toBe(true);
  await alone.stop();
  const both = await watcher(place, HERE, THERE);
  await eventually(() => expect(both.saidBy(THERE)).toEqual(['meanwhile']));
  expect(both.saidBy(HERE)).toEqual([]);
  await both.stop();
});

it.each([
  ['file', ({ there }: Machine) => there.path(`s-${THERE.id}`)],
  ['agent', ({ there }: Machine) => join(there.path('x'), '..', '..')],
])('the loss of a %s of one ends nothing of the other', async (_what, which) => {
  const place = machine();
  place.here.append(`s-${HERE.id}`, ...openTurn('here'));
  place.there.append(`s-${THERE.id}`, ...openTurn('there'));
  await (await watcher(place, HERE, THERE)).stop();
  rmSync(which(place), { recursive: true });
  const after = await watcher(place, HERE, THERE);
  await eventually(() => expect(after.saidBy(THERE)).toEqual(['source_lost']));
  expect(after.saidBy(HERE)).toEqual([]);
  expect([isOpen(after.sessions, HERE), isOpen(after.sessions, THERE)]).toEqual([true, false]);
  await after.stop();
  const last = await watcher(place, HERE, THERE);
  expect(last.positionsOf(THERE)).toEqual([]);
  expect(last.positionsOf(HERE)).toEqual([place.here.path(`s-${HERE.id}`)]);
  await last.stop();
});

it('what is known of sessions of before is asked of the source of their agents alone', async () => {
  const place = machine();
  place.here.append(`s-${HERE.id}`, turn('here'));
  const only = await watcher(place, HERE);
  const host = { positions: { stored: () => new Map(), set: () => undefined }, sessions: () => only.sessions };
  const shared = {
    clock: systemClock,
    log: quiet,
    redact: (text: string) => text,
    visibility: () => NOTHING_VISIBLE,
    emit: () => undefined,
  };
  const keysFor = (who: Identity) => [...portsOf(who, { ...shared, ...host }, [HERE, THERE]).knownKeys()];
  expect(keysFor(HERE)).toEqual([KEY[HERE.id]]);
  expect(keysFor(THERE)).toEqual([]);
  expect(keysFor({ ...THERE, capabilities: HERE.capabilities })).toEqual([KEY[HERE.id]]);
  await only.stop();
});

it('a source that tells a loss need not say so in its events: the wiring does', () => {
  const events: SessionEvent[] = [];
  const host = {
    clock: systemClock,
    log: quiet,
    redact: (text: string) => text,
    visibility: () => NOTHING_VISIBLE,
    emit: (event: SessionEvent) => events.push(event),
    positions: { stored: () => new Map(), set: () => undefined },
    sessions: () => new Map(),
  };
  const seen = { type: 'session_seen', agentId: 'a', sessionKey: 'k', at: 1, source: 'x' } as const;
  portsOf(HERE, host, [HERE]).emit(seen);
  portsOf({ ...HERE, capabilities: { ...HERE.capabilities, tellsLoss: true } }, host, [HERE]).emit(seen);
  expect(events).toEqual([seen, { ...seen, tellsLoss: true }]);
});
