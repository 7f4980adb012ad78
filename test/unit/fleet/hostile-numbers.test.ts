// A machine that was broken into writes records with any numbers. Whoever reads them draws something, and nothing breaks.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { overviewCard } from '../../../src/boxes/overview/overview-card.ts';
import { overviewOptions } from '../../../src/app/overviews.ts';
import { overviewRows } from '../../../src/boxes/overview/overview-rows.ts';
import { identityOf } from '../../../src/boxes/publish/post-meta.ts';
import { BUILT_IN_LABELS } from '../../../src/boxes/render/tool-labels.ts';
import { renderCard } from '../../../src/boxes/render/render-card.ts';
import { endWords, waitWords } from '../../../src/calls/call-words.ts';
import { Fold } from '../../../src/core/fold.ts';
import { judge } from '../../../src/core/status.ts';
import { treeOf } from '../../../src/core/tree.ts';
import { waitsIn } from '../../../src/core/waiting.ts';
import { decodeRecord } from '../../../src/fleet/decode-record.ts';
import { GatewaySilence } from '../../../src/fleet/gateway-silence.ts';
import { sessionsOf } from '../../../src/fleet/keys-of-gateway.ts';
import { type TurnRecord, turnOf } from '../../../src/fleet/turn-record.ts';
import { reportGateway } from '../../../src/health/fleet-gateways.ts';
import { pageBoxOf } from '../../../src/page/page-box.ts';
import { FakeClock } from '../../support/clock.ts';
import { SILENT_PORTS } from '../../support/silent-ports.ts';
import { LIMITS, T0 } from '../core/scenario.ts';
import { recordFor, someTree } from './random-turns.ts';

const redact = (text: string): string => text;
const LIKELY = [0, 0.5, 1, 1e12, 1e15];
const NUMBERS = [-Number.MAX_VALUE, -8.7e15, -1, 0, 0.5, 8.64e15, 8.7e15, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE];

/** The record with other numbers in the places that `pick` chooses. */
function withNumbers(record: TurnRecord, pick: () => number | undefined): Uint8Array {
  const json = JSON.stringify(record, (name, value: unknown) => (typeof value === 'number' && name !== 'v' ? (pick() ?? value) : value));
  return new TextEncoder().encode(json);
}

/** Everything that is made of a turn. */
function makeAll(record: TurnRecord, now: number): string {
  const fold = new Fold();
  const roots =
    sessionsOf(record)
      .map((session) => fold.tell(session, 'fleet').roots)
      .at(-1) ?? [];
  return JSON.stringify(
    roots.flatMap(({ session, turn }) =>
      [undefined, now - 60_000].map((silentSince) => {
        const told = silentSince === undefined ? session : { ...session, silentSince };
        const tree = judge(treeOf(fold.sessionsByKey, told, turn, now), LIMITS);
        const card = renderCard(tree, { verbosity: 'detail', maxLines: 15, labels: BUILT_IN_LABELS, redact });
        const page = pageBoxOf(tree, card, { channel: undefined, link: undefined, findings: 0, isLoop: false });
        const rows = overviewRows([tree], now);
        const overview = overviewCard({ rows, failures: [], spentToday: { tokens: 1, costUsd: 1 }, now }, overviewOptions(redact));
        const words = [...waitsIn(turn, now).map((wait) => waitWords(tree, wait, { now, redact })), endWords(tree, tree.status, redact)];
        const { startedAt, lastEventAt, endedAt = 0, waits } = page;
        const instants = [startedAt, lastEventAt, endedAt, ...waits.flatMap(({ since, until = 0 }) => [since, until])];
        const dates = instants.map((at) => new Date(at).toISOString()); // as the page in the browser does
        return [card, page, overview, words, identityOf(tree), dates];
      }),
    ),
  );
}

/** Many that may be taken, or few of any kind. */
const someNumbers = fc.oneof(
  fc.infiniteStream(fc.option(fc.constantFrom(...LIKELY), { nil: undefined, freq: 2 })),
  fc.infiniteStream(fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...NUMBERS) }, { weight: 60, arbitrary: fc.constant(undefined) })),
);

it('whatever numbers a record has, it is refused, or all that is made of it is text that somebody can read', () => {
  let drawn = 0;
  fc.assert(
    fc.property(someTree, someNumbers, (tree, numbers) => {
      const record = recordFor(tree);
      const bytes = withNumbers(record, () => numbers.next().value);
      const decoded = decodeRecord(bytes, { gateway: record.gateway, boxId: turnOf(record)?.boxId ?? '' });
      if ('refused' in decoded) return;
      drawn += 1;
      expect(makeAll(decoded.record, T0 + 600_000)).not.toMatch(/NaN|Infinity|Invalid/);
    }),
    { numRuns: 300 },
  );
  expect(drawn).toBeGreaterThan(20);
});

it('whatever a gateway says of the time, its silence has a date', async () => {
  for (const saidAt of NUMBERS) {
    const clock = new FakeClock(T0);
    const silence = new GatewaySilence({ clock, log: SILENT_PORTS.log, onSilent: () => undefined, onHeard: () => undefined });
    silence.heard('web-1', saidAt);
    silence.start();
    await clock.advance(120_000);
    expect(silence.gateways().map(reportGateway)).toMatchObject([{ state: 'silent', silentSince: expect.stringMatching(/^20\d\d-/) }]);
    await silence.stop();
  }
});
