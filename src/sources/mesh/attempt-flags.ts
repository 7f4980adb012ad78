// What the attempts at a task say about how it goes. Pure.

import type { NoteView } from './box-view.ts';
import type { Attempt } from './task-record.ts';

const REPEATED = 3; // the same thing for the third time is a habit
const MANY = 5;
const NUMBER = /^attempt \d+:\s*/i;

/** What was tried, without its number. */
export function approachOf({ approach }: Attempt): string {
  return approach.replace(NUMBER, '');
}

export function attemptFlags(attempts: readonly Attempt[]): NoteView[] {
  const timesByApproach = new Map<string, number>();
  for (const attempt of attempts) {
    const name = approachOf(attempt).trim().toLowerCase();
    timesByApproach.set(name, (timesByApproach.get(name) ?? 0) + 1);
  }
  const most = Math.max(0, ...timesByApproach.values());
  return [
    ...(most >= REPEATED ? [flag('repeated-approach', `the same approach ${most} times`)] : []),
    ...(attempts.length >= MANY ? [flag('many-iterations', `${attempts.length} attempts`)] : []),
  ];
}

function flag(noteId: string, text: string): NoteView {
  return { noteId, text, severity: 'warning' };
}
