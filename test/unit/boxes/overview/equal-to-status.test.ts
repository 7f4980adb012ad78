// The board of a channel says the same as `live-status status`: both are made of the rows of the board of boxes.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stateWord } from '../../../../src/core/activity.ts';
import type { Card } from '../../../../src/core/card.ts';
import type { Route } from '../../../../src/core/event.ts';
import { rounds } from '../../../support/rounds.ts';
import type { BoardRow } from '../../../../src/boxes/board/board-rows.ts';
import { OverviewRig, TOWN } from './overview-rig.ts';

const AGENTS: Record<string, Route> = {
  scout: { kind: 'channel', channelId: TOWN },
  miner: { kind: 'channel', channelId: TOWN },
  pilot: { kind: 'elsewhere', audience: 'public' },
  abroad: { kind: 'channel', channelId: 'elsewhere' },
  secretary: { kind: 'direct', userId: 'alice', channelId: 'dm' },
};
const LISTED = ['scout', 'miner', 'pilot'];
const FAILED = new Set(['error', 'timeout', 'lost', 'stopped']);
const OPEN = new Set(['active', 'quiet', 'retry', 'waiting']);

/** What `status` says of the sessions of that channel that are open, as the board words it: `[ACTIVE] scout`. */
function statusOf(rig: OverviewRig): string[] {
  const open = rowsOf(rig).filter(({ state }) => OPEN.has(state));
  return open.map(({ state, agentId }) => `[${stateWord(state)}] ${agentId}`).toSorted();
}

function rowsOf({ house }: OverviewRig): BoardRow[] {
  return house.board.rows().filter(({ target, agentId }) => target?.channelId === TOWN && LISTED.includes(agentId));
}

/** The same, read off the board. */
function boardSays(card: Card | undefined): { open: string[]; failed: string[] } {
  const read = (card?.lines ?? []).flatMap((line) => {
    const [, word, rest = ''] = /^\[([A-Z]+)\] (.*)$/.exec(line) ?? [];
    const agentId = Object.keys(AGENTS).find((agent) => rest.includes(agent));
    return word === undefined || agentId === undefined ? [] : [`[${word}] ${agentId}`];
  });
  const { failed = [], open = [] } = Object.groupBy(read, (line) => (/ERROR|TIMEOUT|LOST/.test(line) ? 'failed' : 'open'));
  return { open: open.toSorted(), failed };
}

/** Since when `status` has said that a turn failed, also after it forgot that turn. */
class Failures {
  readonly #byBox = new Map<string, { line: string; since: number }>();

  note(rows: readonly BoardRow[], now: number): void {
    for (const { boxId, state, agentId } of rows) {
      if (!FAILED.has(state)) this.#byBox.delete(boxId);
      else this.#byBox.set(boxId, { line: `[${stateWord(state)}] ${agentId}`, since: this.#byBox.get(boxId)?.since ?? now });
    }
  }

  /** Those that were noted less than so long ago. */
  within(ms: number, now: number): string[] {
    return [...this.#byBox.values()].filter(({ since }) => now - since < ms).map(({ line }) => line);
  }
}

const MINUTE_MS = 60_000;

/** How many lines of `some` are not among `all`, each of which counts once. */
function missing(some: readonly string[], all: readonly string[]): number {
  const left = [...all];
  return some.filter((line) => {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  }).length;
}

const step = fc.record({
  agent: fc.constantFrom(...Object.keys(AGENTS)),
  what: fc.constantFrom('ask', 'call', 'answer', 'say', 'end', 'error', 'wait', 'answered', 'lose', 'kill'),
  seconds: fc.constantFrom(0, 1, 3, 12, 40, 130, 310),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function play(rig: OverviewRig, { agent, what }: Step): void {
  const { house } = rig;
  if (what === 'ask') house.ask(agent);
  else if (what === 'call') house.call(`call of ${agent}`, agent);
  else if (what === 'answer') house.answer(`call of ${agent}`, agent);
  else if (what === 'say') house.say('tools', 'text', agent);
  else if (what === 'end') house.say('stop', 'text', agent);
  else if (what === 'error') house.say('error', 'text', agent);
  else if (what === 'wait') house.tell({ type: 'waiting_started', waitId: `wait of ${agent}`, on: 'approval' }, agent);
  else if (what === 'answered') house.tell({ type: 'waiting_ended', waitId: `wait of ${agent}` }, agent);
  else if (what === 'lose') house.tell({ type: 'source_lost' }, agent);
  else rig.kill();
}

it('at every instant of a simulation the board says what `status` says, or becomes equal to it within its ten seconds', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 18 }), async (steps) => {
      const rig = new OverviewRig();
      for (const [agent, route] of Object.entries(AGENTS)) rig.session(agent, route);
      let changedAt = rig.clock.monotonic();
      let before = '';
      const failures = new Failures();
      const look = (): void => {
        const at = rig.clock.monotonic();
        const rows = rowsOf(rig);
        const now = rows.map(({ boxId, state }) => `${boxId} ${state === 'quiet' ? 'active' : state}`).join();
        if (now !== before) changedAt = at;
        before = now;
        failures.note(rows, at);
        if (at - changedAt < 13_000) return;
        compared += 1;
        const { open, failed } = boardSays(rig.card);
        expect(open).toEqual(statusOf(rig));
        expect(missing(failures.within(20 * MINUTE_MS, at), failed)).toBe(0);
        expect(missing(failed, failures.within(65 * MINUTE_MS, at))).toBe(0);
      };
      for (const each of steps) {
        play(rig, each);
        if (each.what === 'kill') changedAt = rig.clock.monotonic(); // the next process looks two seconds later for the first time
        for (let passed = 0; passed < each.seconds; passed += 1) {
          await rig.house.pass(1);
          look();
        }
      }
      await rig.house.pass(14);
      look();
      const edits = rig.asked.filter(({ what }) => what === 'edit').map(({ at }) => at);
      expect(JSON.stringify(rig.posts)).not.toMatch(/secretary|abroad/);
      expect(rig.boards.length).toBe(1);
      if (!steps.some(({ what }) => what === 'kill'))
        for (const [index, at] of edits.slice(1).entries()) expect(at - (edits[index] ?? 0)).toBeGreaterThanOrEqual(10_000);
    }),
    { numRuns: rounds({ inCheck: 8, thorough: 100 }) },
  );
  expect(compared).toBeGreaterThan(100);
});
