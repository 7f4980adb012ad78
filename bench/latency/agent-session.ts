// A session of Claude Code and a thread of Codex that one turn writes for as long as the measurement takes.

import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolloutHead, rolloutLine } from '../../test/unit/sources/codex/rollout-writer.ts';
import { ownDomain, SessionWriter, startOf } from '../../test/unit/sources/claude-code/session-writer.ts';

/** What the row writes into: one line, or more in one write, for each text. */
export interface Written {
  say(text: string): void;
}

export function claudeSession(home: string): Written {
  const writer = new SessionWriter(home);
  writer.live({ pid: process.pid, procStart: startOf(process.pid), pidDomain: ownDomain() }); // whoever has no process has lost its turn
  writer.add(writer.prompt('Please measure.'));
  return { say: (text) => writer.add(writer.says([{ type: 'text', text }])) };
}

export function codexThread(home: string): Written {
  const [date, time] = new Date().toISOString().slice(0, 19).split('T');
  const folder = join(home, 'sessions', ...(date ?? '').split('-'));
  const path = join(folder, `rollout-${date}T${time?.replaceAll(':', '-')}-t1.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, rolloutHead('t1'));
  return { say: (message) => appendFileSync(path, rolloutLine('event_msg', { type: 'agent_message', message })) };
}
