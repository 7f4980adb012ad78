// The same runs as their gateway and as their transcripts told them, in every combination: one box per turn, and the same one.
//
// The golden files hold the boxes that both sources make together, and exactly which lines one of them alone tells otherwise.
// What may differ, and does: the gateway of 2026.2 tells neither texts nor tools nor tokens; that of 2026.7 sends no message for a
// silent answer, so its tokens are missing. Only gateways know what failed after the last word (a delivery, an overflow) and give
// errors in their own words; only transcripts know of commands that no model answered.

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { comparable, differenceOf, textOf, type Told } from './compare.ts';
import { type FinalBox, finalBoxes } from './final-boxes.ts';
import type { Arrival, Way } from './play.ts';
import { readScenario, type Scenario, scenarioNames } from './recorded.ts';

const never: Arrival = () => undefined;
const inTime: Arrival = (at) => at;
const LATE_MS = 3_000;
const late: Arrival = (at) => at + LATE_MS;
const until =
  (fraction: number): Arrival =>
  (at, progress) =>
    progress < fraction ? at : undefined;

const BOTH: Way = { files: inTime, gateway: inTime };
const FILES: Way = { files: inTime, gateway: never };
const GATEWAY: Way = { files: never, gateway: inTime };
const LATE: [string, Way][] = [
  ['the files 3 s late', { files: late, gateway: inTime }],
  ['the gateway 3 s late', { files: inTime, gateway: late }],
];
const LOST: [string, Way][] = [0.2, 0.35, 0.5, 0.65, 0.8].flatMap((fraction): [string, Way][] => [
  [`the gateway lost at ${fraction}`, { files: inTime, gateway: until(fraction), gatewayLostAt: fraction }],
  [`the files lost at ${fraction}`, { files: until(fraction), gateway: inTime }],
]);

/**
 * A message came while a run was at work, and that run broke because of it: transcripts show two turns, the gateway one. Whoever
 * is believed first decides how many boxes there are; all of them end.
 */
const QUEUED = '2026.7.35 s2-errors';
/** A heartbeat without news is cut out of its transcript again; only the gateway of 2026.2 has told of its run. */
const CUT_OUT = '2026.2.26 s7-heartbeat';

const scenarios = ['2026.2.26', '2026.7.35'].flatMap((version) => scenarioNames(version).map((name) => `${version} ${name}`));

const readByTitle = new Map<string, Scenario>();

function read(title: string): Scenario {
  const [version = '', name = ''] = title.split(' ');
  const scenario = readByTitle.get(title) ?? readScenario(version, name);
  readByTitle.set(title, scenario);
  return scenario;
}

function golden(title: string): string {
  return fileURLToPath(new URL(`../../golden/both-sources/${title.replace(' ', '-')}.txt`, import.meta.url));
}

const titlesOf = (boxes: readonly Told[]): string[] => boxes.map(({ sessionKey, title }) => `${sessionKey} ${title}`);

function expectSame(boxes: readonly FinalBox[], reference: readonly FinalBox[]): void {
  const [emitted, expected] = [comparable(boxes), comparable(reference)];
  expect(titlesOf(emitted)).toEqual(titlesOf(expected));
  expect(emitted.map(({ lines }) => lines)).toEqual(expected.map(({ lines }) => lines));
  for (const [index, { elapsedMs }] of emitted.entries()) {
    expect(Math.abs(elapsedMs - (expected[index]?.elapsedMs ?? 0)), `${titlesOf(emitted)[index]}`).toBeLessThanOrEqual(LATE_MS + 1_000);
  }
}

/** Each box is as one of the references has it: as far as its source was there, nothing is missing or said twice. */
function expectOneOf(boxes: readonly FinalBox[], references: readonly FinalBox[][]): void {
  const emitted = comparable(boxes);
  const all = references.map(comparable);
  for (const reference of all) expect(emitted.map(({ sessionKey }) => sessionKey)).toEqual(reference.map(({ sessionKey }) => sessionKey));
  for (const [index, box] of emitted.entries()) {
    const states = all.map((reference) => stateOf(reference[index]));
    expect(states, `${box.sessionKey} ${box.title}`).toContain(stateOf(box));
    const known = new Set(all.flatMap((reference) => reference[index]?.lines ?? []).map(withoutOutcome));
    expect(box.lines.filter((line) => !known.has(withoutOutcome(line)))).toEqual([]);
    expect(new Set(box.lines).size, box.lines.join('\n')).toBe(new Set(box.lines).size);
  }
}

const stateOf = (box: Told | undefined): string => /^\[\w+\]/.exec(box?.title ?? '')?.[0] ?? '';
/** A call without a result may have got none before its source was lost; so may a sub-agent's last line and tokens. */
const withoutOutcome = (line: string): string => line.replace(/ \[[^\]]*\]$/, '').replace(/^(\s*\[)\w+\].*$/, '$1');

describe('the recording', () => {
  it.each(scenarios)('%s gives the reviewed boxes from both sources, and each alone differs from them as reviewed', async (title) => {
    const scenario = read(title);
    const [both, files, gateway] = [BOTH, FILES, GATEWAY].map((way) => textOf(finalBoxes(scenario, way)));
    const text = [
      both,
      `== from transcripts alone\n${differenceOf(both ?? '', files ?? '')}\n`,
      `== from the gateway alone\n${differenceOf(both ?? '', gateway ?? '')}\n`,
    ].join('\n');
    await expect(text).toMatchFileSnapshot(golden(title));
  });

  it.each(scenarios)('%s ends in final boxes whatever is late or lost', (title) => {
    const scenario = read(title);
    for (const [name, way] of [['both', BOTH] as const, ['files', FILES] as const, ['gateway', GATEWAY] as const, ...LATE, ...LOST]) {
      const open = finalBoxes(scenario, way).filter(({ isFinal }) => !isFinal);
      expect(
        open.map(({ card }) => card.title),
        name,
      ).toEqual([]);
    }
  });

  it.each(scenarios.filter((title) => title !== QUEUED))('%s ends in the same boxes when one source tells 3 s late', (title) => {
    const scenario = read(title);
    const both = finalBoxes(scenario, BOTH);
    for (const [, way] of LATE) expectSame(finalBoxes(scenario, way), both);
  });

  it.each(scenarios.filter((title) => title !== QUEUED && title !== CUT_OUT))(
    '%s has one box per turn, with nothing that no source told, when one source is lost on the way',
    (title) => {
      const scenario = read(title);
      const references = [BOTH, FILES, GATEWAY].map((way) => finalBoxes(scenario, way));
      for (const [, way] of LOST) expectOneOf(finalBoxes(scenario, way), references);
    },
  );

  it('of a run that a queued message broke has two boxes for it at most', () => {
    const scenario = read(QUEUED);
    const count = (way: Way): number => comparable(finalBoxes(scenario, way)).length;
    for (const way of [BOTH, GATEWAY, ...LATE.map(([, other]) => other), ...LOST.map(([, other]) => other)]) {
      expect(count(way)).toBeGreaterThanOrEqual(count(FILES) - 1);
      expect(count(way)).toBeLessThanOrEqual(count(FILES));
    }
  });
});
