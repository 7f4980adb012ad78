import { describe, expect, it } from 'vitest';
import { createProblems } from '../../../../../src/sources/openclaw/transcripts/transcripts-problems.ts';

function start() {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) => void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const clock = { now: () => 5, monotonic: () => 5, after: () => () => undefined };
  return { lines, problems: createProblems(log, clock) };
}

describe('problems of reading', () => {
  it.each(['index_missing', 'index_unreadable', 'folder_unreadable'] as const)(
    'of five thousand folders (%s) are one line that names one of them',
    (kind) => {
      const { lines, problems } = start();
      for (let folder = 0; folder < 5_000; folder++) problems.recordOnce(kind, `/agents/a${folder}`);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('/agents/a0');
      expect(problems.list()).toMatchObject([{ kind, count: 5_000, standing: 5_000, path: '/agents/a0' }]);
      for (let folder = 1; folder < 5_000; folder++) problems.clear(kind, `/agents/a${folder}`);
      expect(problems.list()).toMatchObject([{ standing: 1, path: '/agents/a0' }]);
      expect(lines).toHaveLength(1);
      problems.clear(kind, '/agents/a0');
      expect(problems.list()).toMatchObject([{ count: 5_000, standing: 0 }]);
      expect(lines).toHaveLength(2);
    },
  );

  it('of files are named one by one, but not without end', () => {
    const { lines, problems } = start();
    for (let file = 0; file < 1_000; file++) problems.record('unreadable', `/agents/a/sessions/${file}.jsonl`);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.length).toBeLessThan(30);
    problems.clear('unreadable', '/agents/a/sessions/3.jsonl');
    expect(lines.at(-1)).toMatch(/^info A reading problem is over.*3\.jsonl/);
    expect(problems.list()).toMatchObject([{ standing: 999 }]);
  });
});
