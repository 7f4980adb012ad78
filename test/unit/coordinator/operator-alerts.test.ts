// The limit an hour on alerts to operators, where findings come faster than alerts are posted.

import { describe, expect, it } from 'vitest';
import { type Alert, OperatorAlerts } from '../../../src/coordinator/operator-alerts.ts';
import type { Finding } from '../../../src/coordinator/rules/rule.ts';
import { T0 } from './rule-harness.ts';

const HOUR_MS = 3_600_000;

function finding(index: number, at = T0): Finding {
  return {
    rule: 'sequence',
    severity: 'violation',
    sentence: `agent ${index} spoke too soon`,
    conversation: `channel:c${index}`,
    boxId: `box${index}`,
    at,
  } as Finding;
}

const operatorsWith = (perHour: number, changed = (): void => undefined) =>
  new OperatorAlerts({ people: ['alice'], hasChannel: true, perHour, changed }, undefined);

/** The next alert once all that there is to store is stored. */
function nextSafe(operators: OperatorAlerts, now: number): Alert | undefined {
  operators.next(now);
  operators.markSafe();
  return operators.next(now);
}

/** Posts everything that may be posted now. */
function postAll(operators: OperatorAlerts, now: number): string[] {
  const texts: string[] = [];
  for (let alert = nextSafe(operators, now); alert !== undefined; alert = nextSafe(operators, now)) {
    texts.push(alert.text);
    operators.settle(alert, 'posted', now);
  }
  return texts;
}

describe('a burst of findings', () => {
  it('of one moment, before anything could be posted, fills the hour and no more; the others are one line of the next hour', () => {
    const operators = operatorsWith(3);
    for (let index = 0; index < 50; index++) operators.add(finding(index));
    expect(operators.waiting()).toBe(3);
    expect(postAll(operators, T0 + 1)).toHaveLength(3);
    expect(postAll(operators, T0 + HOUR_MS)).toEqual([]);
    expect(postAll(operators, T0 + HOUR_MS + 1)).toEqual([expect.stringContaining('47 more findings were held back')]);
  });

  it('while the server is away waits with as many as the hour has room for', () => {
    const operators = operatorsWith(3);
    operators.add(finding(0));
    const first = nextSafe(operators, T0);
    if (first === undefined) throw new Error('nothing to post');
    operators.settle(first, 'posted', T0);
    for (let index = 1; index < 50; index++) {
      operators.add(finding(index, T0 + index));
      const next = nextSafe(operators, T0 + index);
      if (next !== undefined) operators.settle(next, 'later', T0 + index);
    }
    expect(operators.waiting()).toBe(2);
    expect(postAll(operators, T0 + 100)).toHaveLength(2);
  });
});

describe('an alert', () => {
  it('is not posted before the checkpoint has it, one for what was held back included', () => {
    let changes = 0;
    const operators = operatorsWith(1, () => (changes += 1));
    operators.add(finding(0));
    expect([changes, operators.next(T0)]).toEqual([1, undefined]);
    operators.markSafe();
    const first = operators.next(T0);
    if (first === undefined) throw new Error('nothing to post');
    operators.settle(first, 'later', T0);
    expect(changes).toBe(1);
    operators.settle(first, 'posted', T0);
    operators.add(finding(1));
    expect(changes).toBe(3);
    expect([operators.next(T0 + HOUR_MS), changes]).toEqual([undefined, 4]);
    operators.markSafe();
    expect(operators.next(T0 + HOUR_MS)?.text).toContain('1 more finding was held back');
  });

  it('of an earlier process is safe, and may have been posted', () => {
    const before = operatorsWith(1);
    before.add(finding(0));
    const options = { people: ['alice'], hasChannel: true, perHour: 1, changed: () => undefined };
    expect(new OperatorAlerts(options, before.stored()).next(T0)).toMatchObject({ isDoubtful: true });
  });
});
