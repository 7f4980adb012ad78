import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the shell scripts', () => {
  it.each(['install.sh', 'deploy-to-agents.sh', 'scripts/debian-packages.sh', '.ci/run'])('%s passes shellcheck', (script) => {
    expect(execFileSync('shellcheck', [script], { cwd: ROOT, encoding: 'utf8' })).toBe('');
  });
});
