// Decodes the kanban file of openclaw-node, `memory/active-tasks.md`: a list of cards, each with its fields below it. Pure; never throws.

export interface KanbanCard {
  readonly id: string;
  readonly title: string;
  /** In the file's own word: `waiting-user`. */
  readonly status: string;
  readonly owner?: string;
  /** What comes next. */
  readonly next?: string;
  /** As the file has it. */
  readonly updatedAt?: string;
}

const MOST_CARDS = 500;
const MOST_CHARS = 300; // of one field
const CARD = /^- task_id:\s*(\S.*)$/;
const FIELD = /^ {2}(title|status|owner|next_action|updated_at):\s*(\S.*)$/;
const CLOSED = /^(?:done|completed?|closed|archived?|cancell?ed|rejected|failed|released)$/;

/** The cards that are not closed, as the file orders them. What has no id is none, unknown fields are skipped. */
export function openCards(text: string): KanbanCard[] {
  const cards: Record<string, string>[] = [];
  for (const line of text.split(/\r?\n/)) {
    const id = CARD.exec(line)?.[1];
    if (id !== undefined) cards.push({ id: bounded(id) });
    const [, name, value] = FIELD.exec(line) ?? [];
    const card = cards.at(-1);
    if (card !== undefined && name !== undefined && value !== undefined) card[name] ??= bounded(value);
    if (!line.startsWith(' ') && id === undefined && line.trim() !== '') cards.push({}); // a heading ends a card
  }
  return cards.flatMap(cardOf).slice(0, MOST_CARDS);
}

function cardOf(fields: Record<string, string>): KanbanCard[] {
  const { id, title = '', status = 'unknown', owner, next_action: next, updated_at: updatedAt } = fields;
  if (id === undefined || CLOSED.test(status.toLowerCase())) return [];
  return [
    {
      id,
      title,
      status,
      ...(owner === undefined ? {} : { owner }),
      ...(next === undefined ? {} : { next }),
      ...(updatedAt === undefined ? {} : { updatedAt }),
    },
  ];
}

function bounded(text: string): string {
  return text.trim().slice(0, MOST_CHARS);
}
