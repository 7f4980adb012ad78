// Reads the kanban file of openclaw-node for `live-status tasks`, and makes lines of its open cards.

import { join } from 'node:path';
import { SmallFile } from '../files/small-file.ts';
import { type KanbanCard, openCards } from '../sources/mesh/kanban.ts';
import { createRedactor } from '../text/redact.ts';
import { cut, oneLine } from '../text/text.ts';
import { aligned } from './help.ts';

const MAX_BYTES = 1_000_000;
const MAX_POINTS = 60;

/** The open cards, secrets masked; or why they are not known, for people. */
export async function readCards(folder: string): Promise<readonly KanbanCard[] | string> {
  const path = join(folder, 'memory', 'active-tasks.md');
  const read = await new SmallFile({ path, root: undefined, followsLinks: true }, MAX_BYTES).read();
  if (read.kind === 'read') return openCards(createRedactor([])(read.text));
  return `${path} cannot be read (${read.kind === 'refused' ? read.refusal.replaceAll('_', ' ') : read.kind.replaceAll('_', ' ')}); correct OPENCLAW_NODE_DIR.`;
}

/** A table for people. */
export function cardLines(cards: readonly KanbanCard[]): string[] {
  if (cards.length === 0) return ['No open cards.'];
  const short = (text = ''): string => cut(oneLine(text), MAX_POINTS);
  const rows = cards.map(({ id, status, owner, title, next }) => [id, status, owner, title, next].map(short));
  return aligned([['CARD', 'STATUS', 'OWNER', 'TITLE', 'NEXT'], ...rows]);
}
