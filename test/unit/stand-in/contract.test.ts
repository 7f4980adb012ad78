import { describe, expect, it } from 'vitest';
import { exchangesOf } from './recorded.ts';
import { replay } from './replay.ts';
import { SCRIPTS } from './scripts.ts';

describe('the stand-in answers like the recorded 5.37', () => {
  it.each(Object.entries(SCRIPTS))('in %s: status, error, headers and the fields that matter', (file, script) => {
    const exchanges = exchangesOf(file);
    const report = replay(exchanges, script);
    expect(report.problems).toEqual([]);
  });

  it.each(Object.entries(SCRIPTS))('and every direction for %s names a recorded case', (file, script) => {
    const names = new Set(exchangesOf(file).map((exchange) => exchange.case));
    expect(Object.keys(script.directions ?? {}).filter((name) => !names.has(name))).toEqual([]);
  });

  it('in at least 230 exchanges, of which few are left out', () => {
    const counts = Object.entries(SCRIPTS).map(([file, script]) => {
      const skipped = Object.values(script.directions ?? {}).filter((direction) => 'skip' in direction).length;
      return { compared: replay(exchangesOf(file), script).compared.length, skipped };
    });
    expect(counts.reduce((sum, { compared }) => sum + compared, 0)).toBeGreaterThanOrEqual(230);
    expect(counts.reduce((sum, { skipped }) => sum + skipped, 0)).toBeLessThanOrEqual(42);
  });
});
