// The limit an hour on alerts to operators, where findings come faster than alerts are posted.

import { describe, expect, it } from 'vitest';
import { OperatorAlerts } from '../../../src/coordinator/operator-alerts.ts';
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

const operatorsWith = (perHour: number) => new OperatorAlerts({ people: ['alice'], hasChannel: true, perHour }, undefined);

/** Posts everything that may be posted now. */
function postAll(operators: OperatorAlerts, now: number): string[] {
  const texts: string[] = [];
  for (let alert = operators.next(now); alert !== undefined; alert = operators.next(now)) {
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
    const first = operators.next(T0);
    if (first === undefined) throw new Error('nothing to post');
    operators.settle(first, 'posted', T0);
    for (let index = 1; index < 50; index++) {
      operators.add(finding(index, T0 + index));
      const next = operators.next(T0 + index);
      if (next !== undefined) operators.settle(next, 'later', T0 + index);
    }
    expect(operators.waiting()).toBe(2);
    expect(postAll(operators, T0 + 100)).toHaveLength(2);
  });
});
