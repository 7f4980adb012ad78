// The checkpoint keeps the older name of a remark, `notice`: a checkpoint of an earlier version is read, and an earlier version reads ours.

import { expect, it } from 'vitest';
import { FindingCounts } from '../../../src/coordinator/finding-counts.ts';
import { posture } from '../../../src/coordinator/rules/posture.ts';
import { contextWith, governance, timePassed, used } from './rule-harness.ts';

const CONTEXT = contextWith({ governance: governance('research', 'defense') });
const SENDS = used(0, 'primary', 'message', { action: 'send' });

it('a call that waits for its approval is stored as a notice, and becomes a remark', () => {
  const before = posture.start(undefined);
  expect(before.observe(SENDS, CONTEXT)).toEqual([]);
  expect(before.state()).toMatchObject([{ finding: 'unconfirmed', severity: 'notice', deed: { agentId: 'primary' } }]);
  const after = posture.start(structuredClone(before.state()));
  expect(after.observe(timePassed(5), CONTEXT)).toMatchObject([{ finding: 'unconfirmed', severity: 'remark' }]);
});

it('the line of a remark is stored as a notice, and is a remark again', () => {
  const [finding] = posture.start([{ ...heldCall(), severity: 'notice' }]).observe(timePassed(5), CONTEXT);
  if (finding === undefined) throw new Error('no finding');
  const counts = new FindingCounts(undefined);
  counts.add(finding);
  expect(Object.values(counts.stored().linesByBox['box-primary-0'] ?? {})).toMatchObject([{ severity: 'notice', count: 1 }]);
  const restored = new FindingCounts(structuredClone(counts.stored()));
  expect(restored.linesOf('box-primary-0', 'remark')).toHaveLength(1);
  expect(restored.linesOf('box-primary-0', 'violation')).toEqual([]);
});

function heldCall(): object {
  const { callId, tool, type: _type, toolName: _toolName, args: _args, ...deed } = SENDS;
  return { deed, callId, tool, finding: 'unconfirmed', sentence: 'primary sent something' };
}
