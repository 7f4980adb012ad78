// Lints files that do not exist in the repository with the configuration of the repository.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './repository.ts';
import { tempFolder } from '../../support/temp-folder.ts';

interface Diagnostic {
  readonly code?: string;
  readonly filename: string;
}

/**
 * Writes `sourcesByPath` into an empty folder beside a copy of the configuration and lints them there. Returns the rules that
 * fired in each file; a file without findings has no entry. Throws when the linter itself fails.
 */
export function lintScratch(sourcesByPath: Readonly<Record<string, string>>): Map<string, string[]> {
  const folder = tempFolder('lint');
  try {
    cpSync(join(ROOT, '.oxlintrc.jsonc'), join(folder, '.oxlintrc.jsonc'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions: { types: [] } }));
    for (const [path, source] of Object.entries(sourcesByPath)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    return lint(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lint(folder: string): Map<string, string[]> {
  const { stdout, stderr } = spawnSync(join(ROOT, 'node_modules', '.bin', 'oxlint'), ['--format=json'], { cwd: folder, encoding: 'utf8' });
  if (!stdout.startsWith('{')) throw new Error(`oxlint did not lint: ${stdout}${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  const rulesByPath = new Map<string, string[]>();
  for (const { code = 'none', filename } of diagnostics) {
    rulesByPath.set(filename, [...(rulesByPath.get(filename) ?? []), code]);
  }
  return rulesByPath;
}
