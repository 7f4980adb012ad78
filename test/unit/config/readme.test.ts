import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withConfigurationTable } from '../../../scripts/configuration-table.ts';

describe('the README', () => {
  it('lists every variable with its default as the source has it (else: npm run update-readme)', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    expect(readme).toBe(withConfigurationTable(readme));
  });

  it('shows pictures that are there', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const pictures = [...readme.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].flatMap(([, path]) => path ?? []);
    expect(pictures).not.toHaveLength(0);
    for (const path of pictures) expect(readFileSync(new URL(`../../../${path}`, import.meta.url)).length).toBeLessThan(300_000);
  });
});
