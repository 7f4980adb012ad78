import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../src/cli/catalogue.ts';
import { dispatch } from '../../../src/cli/dispatch.ts';

const sample = (name: string) => fileURLToPath(new URL(`../../fixtures/moses/ledgers/${name}.jsonl`, import.meta.url));

async function ledger(args: string[], env: NodeJS.ProcessEnv = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const catalogue = createCatalogue(async () => Promise.reject(new Error('not needed')));
  const code = await dispatch(['ledger', ...args], catalogue, { env, out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

describe('live-status ledger verify', () => {
  it.each([
    ['audit_ledger', 0, 'intact, 15 lines'],
    ['audit_ledger.lineage-fail', 0, 'intact, lineage form at line 15, 15 lines'],
    ['audit_ledger.plugin-dialect', 0, 'intact, plugin dialect, 3 lines'],
    ['audit_ledger.forked', 1, 'forked at line 4 and 3 more, 12 lines'],
    ['audit_ledger.tampered', 1, 'tampered at line 2, 15 lines'],
  ])('answers %s with %i: %s', async (name, code, words) => {
    const answer = await ledger(['verify', sample(name)]);
    expect(answer.code).toBe(code);
    expect(answer.out[0]).toBe(`${sample(name)}: ${words}`);
  });

  it('takes AUDIT_LEDGER when no file is given', async () => {
    expect((await ledger(['verify'], { AUDIT_LEDGER: sample('audit_ledger') })).out[0]).toContain('intact, 15 lines');
  });

  it('tells every broken line', async () => {
    expect((await ledger(['verify', sample('audit_ledger.forked')])).out.slice(1, 5)).toEqual(
      [4, 6, 8, 9].map((line) => `  line ${line}: forked`),
    );
  });

  it('says when there is no such file', async () => {
    expect(await ledger(['verify', '/nowhere/ledger.jsonl'])).toMatchObject({
      code: 1,
      err: [expect.stringContaining('cannot be read: it does not exist')],
    });
  });
});

describe('live-status ledger tail', () => {
  it('shows the newest entries, oldest first, one line each', async () => {
    const { code, out } = await ledger(['tail', sample('audit_ledger'), '--lines', '2']);
    expect(code).toBe(0);
    expect(out).toHaveLength(2);
    expect(out[0]).toMatch(/^14 2026-11-21T01:51:43\.444Z - lineage_verify PASS Lineage intact\./);
    expect(out[1]).toMatch(/^15 2026-11-21T01:51:43\.648Z harness Publish report BLOCKED /);
  });
});

describe('live-status ledger', () => {
  it.each([[[]], [['verfy']], [['tail', 'a', 'b']], [['tail', '--lines', 'x']], [['tail', '--lines', '0']]])('refuses %j', async (args) => {
    expect((await ledger(args)).code).toBe(64);
  });

  it('explains itself', async () => {
    const { code, out } = await ledger(['--help']);
    expect(code).toBe(0);
    expect(out.join('\n')).toContain('Usage: live-status ledger verify|tail [FILE]');
  });
});
