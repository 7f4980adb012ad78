import { describe, expect, it } from 'vitest';
import { lintScratch } from './lint-scratch.ts';

const LONG_BODY = '  n += 1;\n'.repeat(50);

const CASES: [rule: string, source: string][] = [
  ['typescript(no-floating-promises)', 'export function f(p: Promise<void>): void {\n  p;\n}\n'],
  ['typescript(no-misused-promises)', 'export function f(p: Promise<boolean>): number {\n  if (p) return 1;\n  return 2;\n}\n'],
  [
    'typescript(switch-exhaustiveness-check)',
    "export function f(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n    default:\n      return 2;\n  }\n}\n",
  ],
  ['typescript(no-explicit-any)', 'export const x: any = 1;\n'],
  ['typescript(no-unsafe-type-assertion)', 'export const f = (x: unknown): string => x as string;\n'],
  ['typescript(no-non-null-assertion)', 'export const f = (x: string | undefined): string => x!;\n'],
  ['typescript(consistent-type-imports)', "import { A } from './case-a.ts';\nexport const f = (x: A): A => x;\n"],
  ['import(no-default-export)', 'export default 1;\n'],
  ['oxc(no-barrel-file)', "export * from './case-a.ts';\n"],
  ['eslint(no-console)', "console.log('x');\n"],
  ['eslint(no-warning-comments)', '// TODO later\nexport const x = 1;\n'],
  ['eslint(max-lines-per-function)', `export function f(): number {\n  let n = 0;\n${LONG_BODY}  return n;\n}\n`],
  ['eslint(max-lines)', Array.from({ length: 301 }, (_, index) => `export const x${index} = ${index};\n`).join('')],
  ['unicorn(filename-case)', 'export const x = 1;\n'],
];

describe('the lint rules', () => {
  const paths = CASES.map(([rule], index) => (rule.startsWith('unicorn(filename') ? `src/CamelCase${index}.ts` : `src/case-${index}.ts`));
  const other = { 'src/case-a.ts': 'export interface A {\n  readonly a: 1;\n}\n' };
  const rulesByPath = lintScratch({ ...other, ...Object.fromEntries(CASES.map(([, source], index) => [paths[index], source])) });

  it.each(CASES.map(([rule], index) => ({ rule, index })))('$rule fires', ({ rule, index }) => {
    expect(rulesByPath.get(paths[index] ?? '')).toContain(rule);
  });

  it('leave a file alone that keeps them', () => {
    expect(rulesByPath.get('src/case-a.ts')).toBeUndefined();
  });
});
