// What LOG_LEVEL=debug says of turns.

import { expect, it } from 'vitest';
import { fingerprint } from '../../../../src/core/turn.ts';
import { BoardHarness, MAIN } from './board-harness.ts';

it('a turn has one line when it begins and one when it ends, whether it gets a box or not, and no line says what was said', async () => {
  const lines: { message: string; box: unknown; state: unknown }[] = [];
  const whole: string[] = [];
  const debug = (fields: object, message: string): void => {
    whole.push(JSON.stringify(fields));
    lines.push({ message, ...(fields as { box: unknown; state: unknown }) });
  };
  const desk = new BoardHarness({ debug, policy: { allowsAgent: () => false } });
  desk.tell({ type: 'session_seen', agentId: 'dev' });
  desk.ask();
  desk.say('tools', 'Private words.');
  await desk.pass(5);
  desk.say('stop', 'Private end.');
  await desk.pass(5);
  expect(desk.views).toEqual([]);
  expect(lines).toMatchObject([
    { message: 'A turn began.', state: 'active', agent: 'dev', session: fingerprint(MAIN) },
    { message: 'A turn ended.', state: 'done', agent: 'dev', session: fingerprint(MAIN), ms: 5_001 },
  ]);
  expect(lines[0]).not.toHaveProperty('ms');
  expect(lines[0]?.box).toBe(lines[1]?.box);
  expect(whole.join()).not.toContain('Private');
});

it('a turn that goes on after its end has a line for that', async () => {
  const messages: string[] = [];
  const desk = new BoardHarness({ debug: (_fields, message) => void messages.push(message) });
  desk.ask();
  desk.say('tools');
  await desk.pass(3);
  desk.path.interrupt();
  await desk.pass(1);
  desk.say('tools');
  await desk.pass(3);
  expect(messages).toEqual(['A turn began.', 'A turn ended.', 'A turn that had ended goes on.']);
});
