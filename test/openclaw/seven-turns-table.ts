// Owns what the seven turns came to, version by version and watcher by watcher. Knows no checks.

/** What one box was. */
export type Cell = 'right' | 'wrong' | 'cannot be known';

export const COLUMNS = [
  'plain',
  '5 tools, 1 fails',
  'sub-agent',
  'abort in mid-tool',
  '500 then ok',
  'two turns',
  'gateway stopped in mid-turn',
] as const;
export type Column = (typeof COLUMNS)[number];

export class Table {
  readonly #cellsByRow = new Map<string, Map<Column, Cell>>();

  set(row: string, column: Column, cell: Cell): void {
    const cells = this.#cellsByRow.get(row) ?? new Map<Column, Cell>();
    this.#cellsByRow.set(row, cells.set(column, cell));
  }

  get(row: string, column: Column): Cell | undefined {
    return this.#cellsByRow.get(row)?.get(column);
  }

  get isEmpty(): boolean {
    return this.#cellsByRow.size === 0;
  }

  /** As Markdown. */
  toString(): string {
    const rows = [...this.#cellsByRow].map(([row, cells]) => [row, ...COLUMNS.map((column) => cells.get(column) ?? 'not run')]);
    return [['', ...COLUMNS], COLUMNS.map(() => '---').concat('---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }
}
