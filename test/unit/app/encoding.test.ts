// What a drawing costs: each state is derived once, and only texts that are new are redacted.

import { describe, expect, it } from 'vitest';
import { rendererOf } from '../../../src/app/encoding.ts';
import type { Line, Turn, TurnTree } from '../../../src/core/session.ts';
import { judge } from '../../../src/core/status.ts';
import { callOf, said, treeOf } from '../boxes/render/trees.ts';

const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
const KIDS = 20;

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Each turn is asked once for each of its states whether a model call is tried again, and for nothing else while it is drawn. */
function counted(turn: Turn, count: () => void): Turn {
  const get = (): undefined => {
    count();
    return undefined;
  };
  return Object.defineProperty({ ...turn }, 'retry', { enumerable: true, get });
}

/** A turn with twenty sub-agents, each with a call. */
function family(count = (): void => undefined, lines: Line[] = []): TurnTree {
  const kid = (index: number): TurnTree => {
    const tree = treeOf({ session: { key: `agent:main:subagent:${index}` }, calls: [callOf('c', 'exec', { command: `make ${index}` })] });
    return { ...tree, turn: counted(tree.turn, count) };
  };
  const children = Object.fromEntries(Array.from({ length: KIDS }, (_, index) => [`kid ${index}`, { tree: kid(index) }]));
  const tree = treeOf({ children });
  tree.turn.lines.push(...lines);
  return { ...tree, turn: counted(tree.turn, count) };
}

/** A renderer that writes down which texts it has to redact. */
function counting(): { draw: (tree: TurnTree) => string[]; redacted: string[] } {
  const redacted: string[] = [];
  const redact = (text: string): string => {
    redacted.push(text);
    return text;
  };
  const render = rendererOf({ verbosity: 'detail', maxStatusLines: 200, toolLabelsFile: undefined }, redact, quiet);
  return { draw: (tree) => render(judge(tree, LIMITS)).draw().lines, redacted };
}

describe('a drawing', () => {
  it('derives the state of each turn once, with all of its sub-agents', () => {
    let states = 0;
    const lines = counting().draw(family(() => (states += 1)));
    expect(lines.filter((line) => line.includes('Sub-agent: '))).toHaveLength(KIDS);
    expect(states).toBe(1 + KIDS);
  });

  it('redacts no text that it has drawn before', () => {
    const { draw, redacted } = counting();
    const lines = draw(family());
    expect(redacted.length).toBeGreaterThan(KIDS);
    redacted.length = 0;
    expect(draw(family())).toEqual(lines);
    expect(redacted).toEqual([]);
  });

  it('redacts what is new in it, and nothing else', () => {
    const { draw, redacted } = counting();
    draw(family());
    redacted.length = 0;
    expect(draw(family(undefined, [said('new', 'Something new.')])).at(-1)).toBe('Something new.');
    expect(redacted).toEqual(['Something new.']);
  });
});
