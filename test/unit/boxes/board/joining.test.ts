// Joining (N-31, A-13): a session that is known to work on a task is drawn in the box of the task, where both boxes would be in one place.

import { expect, it } from 'vitest';
import { WORKS_ON } from '../../../../src/core/task-workers.ts';
import { BoardHarness } from './board-harness.ts';

const TASK = 'mesh:main:task:T-1';
const SESSION = 'claude-code:0b54d9a6-1c2d-4e3f-8a9b-0c1d2e3f4a5b';

function begun(leadAlike = true): BoardHarness {
  const desk = new BoardHarness({ leadAlike });
  const address = 'mesh:task:T-1';
  desk.tell({ type: 'session_seen', agentId: 'node-a', title: 'T-1', address, tellsLoss: true }, TASK);
  desk.tell({ type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'created', runId: 'work' }, TASK);
  desk.tell({ type: 'run_started', runId: 'work' }, TASK);
  return desk;
}

function work(desk: BoardHarness): void {
  desk.tell({ type: 'session_seen', agentId: 'claude-code', address: 'claude-code:/shop', sessionId: 'a1b2' }, SESSION);
  desk.tell({ type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'asked' }, SESSION);
  desk.say('tools', 'Reading the plan.', SESSION);
}

const link = (desk: BoardHarness, session?: string): void =>
  desk.tell(
    {
      type: 'observed',
      what: WORKS_ON,
      facts: { taskId: 'T-1', program: 'claude-code', ...(session === undefined ? {} : { session }) },
    },
    TASK,
  );

const boxes = (desk: BoardHarness): string[] => {
  const byBox = new Map(desk.views.map(({ boxId, card }) => [boxId, [card.title, ...card.lines].join('\n')]));
  return [...byBox.values()];
};
const end = (desk: BoardHarness): void => desk.tell({ type: 'run_ended', runId: 'work', outcome: 'done' }, TASK);

it('Joining, N-31: the session of the program that works on a task has no box of its own, but a block in that of the task', async () => {
  const desk = begun();
  work(desk);
  link(desk);
  await desk.pass(5);
  expect(boxes(desk)).toEqual([expect.stringMatching(/^\[ACTIVE\] T-1[^]*Session: claude-code a1b2\n[^]*Reading the plan\.$/)]);
  expect(desk.board.rows().map(({ why }) => why)).toEqual([undefined, 'it works on a task, and is shown in the box of that task']);
});

it('Joining, A-13: a session that is named is drawn there though others of its program are at work, and so is its next turn', async () => {
  const desk = begun();
  link(desk, SESSION);
  work(desk);
  desk.tell({ type: 'session_seen', agentId: 'claude-code', address: 'claude-code:/other', sessionId: 'c3d4' }, 'claude-code:other');
  desk.tell({ type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'asked' }, 'claude-code:other');
  desk.say('stop', 'Read.', SESSION);
  await desk.pass(5);
  desk.tell({ type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'again' }, SESSION);
  desk.say('tools', 'Writing it.', SESSION);
  await desk.pass(5);
  expect(boxes(desk)).toHaveLength(2);
  expect(boxes(desk)[0]).toContain('Writing it.');
});

it('Joining: a box that the session had already is closed, and says where the work is shown', async () => {
  const desk = begun();
  work(desk);
  await desk.pass(5);
  link(desk);
  await desk.pass(5);
  desk.say('tools', 'Going on.', SESSION);
  await desk.pass(5);
  const [task, session] = boxes(desk);
  expect(task).toContain('Going on.');
  expect(session).toContain('it works on a task, and is shown in the box of that task');
  expect(session).not.toContain('Reading the plan.');
});

it('Joining: a task ends when it ends, whatever the session goes on to do; what begins afterwards has its own box', async () => {
  const desk = begun();
  work(desk);
  link(desk);
  await desk.pass(5);
  end(desk);
  await desk.pass(2);
  expect(boxes(desk)[0]).toMatch(/^\[DONE\] T-1/);
  desk.say('stop', 'Done.', SESSION);
  desk.tell({ type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'next' }, SESSION);
  desk.say('tools', 'Something else.', SESSION);
  await desk.pass(5);
  expect(boxes(desk)).toHaveLength(2);
  expect(boxes(desk)[0]).not.toContain('Something else.');
  expect(boxes(desk)[1]).toContain('Something else.');
});

it('Joining: what a session did stays in the box of a task that goes on for long after', async () => {
  const desk = begun();
  work(desk);
  link(desk);
  desk.say('stop', 'Tried it.', SESSION);
  await desk.pass(40 * 60);
  desk.tell({ type: 'noted', noteId: 'n', text: 'still there', severity: 'info' }, TASK);
  await desk.pass(5);
  expect(boxes(desk)).toEqual([expect.stringMatching(/Session: [^]*Tried it\.[^]*still there/)]);
});

it('Joining: boxes in two places name each other', async () => {
  const desk = begun(false);
  work(desk);
  link(desk, SESSION);
  await desk.pass(5);
  expect(boxes(desk)).toEqual([expect.stringContaining('session claude-code'), expect.stringContaining('works on T-1')]);
});
