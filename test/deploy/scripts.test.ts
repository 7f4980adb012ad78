import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the shell scripts', () => {
  it.each(['install.sh', 'deploy-to-agents.sh', 'scripts/debian-packages.sh', 'scripts/get-promtool.sh', '.ci/run'])(
    '%s passes shellcheck',
    (script) => {
      expect(execFileSync('shellcheck', [script], { cwd: ROOT, encoding: 'utf8' })).toBe('');
    },
  );
});

describe('the property list for launchd', () => {
  const text = readFileSync(join(ROOT, 'deploy', 'live-status.plist'), 'utf8');
  const convert = (plist: string) => spawnSync('plistutil', ['-i', '-', '-f', 'xml'], { input: plist, encoding: 'utf8' });

  it('is one, as the parser of Apple’s format says, which refuses a broken one', () => {
    expect(convert(text)).toMatchObject({ status: 0, stdout: expect.stringContaining('<key>Label</key>') });
    expect(convert(text.slice(0, text.indexOf('</array>'))).stdout).not.toContain('<key>RunAtLoad</key>');
  });

  it('starts the program with the flags that keep memory low, at every login and after a crash', () => {
    const [, args = ''] = /<key>ProgramArguments<\/key>\s*<array>([^]*?)<\/array>/.exec(convert(text).stdout) ?? [];
    const words = [...args.matchAll(/<string>(.*?)<\/string>/g)].map(([, word]) => word);
    expect(words.slice(1)).toEqual([
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=8',
      '--max-old-space-size=256',
      '/usr/local/lib/node_modules/live-status/dist/main.js',
      'run',
    ]);
    expect(convert(text).stdout).toMatch(/<key>RunAtLoad<\/key>\s*<true\/>/);
  });
});
