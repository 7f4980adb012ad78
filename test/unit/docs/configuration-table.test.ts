import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, withConfigurationTable } from '../../../scripts/configuration-table.ts';
import { settings } from '../../../src/config/settings.ts';
import { ROOT } from './documents.ts';

const BEGIN = '<!-- configuration:begin -->\n';
const END = '<!-- configuration:end -->';

describe('the table of variables', () => {
  it.each(DOCUMENTS)('stands in %s with the defaults that the source has (else: npm run update-docs)', (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    expect(text).toBe(withConfigurationTable(text));
  });

  it('is complete where the mark names no variable', () => {
    const text = withConfigurationTable(`before\n${BEGIN}an old table\n${END}\nafter`);
    for (const { variable } of Object.values(settings)) expect(text).toContain(`| \`${variable}\` |`);
    expect(text).toMatch(/^before\n/);
    expect(text).toMatch(/\nafter$/);
    expect(text).not.toContain('an old table');
  });

  it('says what a variable takes where it is complete', () => {
    expect(withConfigurationTable(`${BEGIN}${END}`)).toMatch(/^\| `BOX_STYLE` \| `attachment` \| [^|]+ \| one of attachment, message \|$/m);
  });

  it('has the rows that the mark names, in their order', () => {
    const text = withConfigurationTable(`<!-- configuration:begin CHANNELS MM_URL -->\n${END}`);
    expect([...text.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)).toEqual(['CHANNELS', 'MM_URL']);
  });

  it.each([
    ['no mark', 'a document without a table'],
    ['a table without an end', BEGIN],
    ['a variable that is not there', `<!-- configuration:begin MM_LINK -->\n${END}`],
  ])('refuses %s', (_what, text) => {
    expect(() => withConfigurationTable(text)).toThrow(/The document has no|There is no variable/);
  });
});

it('the README shows pictures that are there and small', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const pictures = [...readme.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].flatMap(([, path]) => path ?? []);
  expect(pictures).not.toHaveLength(0);
  for (const path of pictures) expect(readFileSync(join(ROOT, path)).length).toBeLessThan(300_000);
});
