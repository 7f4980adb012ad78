import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeArguments } from '../../openclaw/arguments.ts';
import { partsByDefault } from '../../openclaw/parts.ts';
import { VERSIONS } from '../../openclaw/versions.ts';

const RUN = fileURLToPath(new URL('../../openclaw/run.ts', import.meta.url));

function runsOf(...args: string[]): string[] {
  const decoded = decodeArguments(args);
  if (decoded.kind !== 'run') throw new Error(`${decoded.kind}: ${'because' in decoded ? decoded.because : ''}`);
  return decoded.wishes.runs.map(({ wanted, parts }) => `${wanted.version} ${parts.join(' ')}`);
}

describe('what is run with real gateways', () => {
  it('is every part with the newest version and the last with files, and the seven turns with the last that refused us', () => {
    expect(runsOf()).toEqual([
      '2026.7.35 turns special answers loops signs restart crash hook',
      '2026.9.2 seven',
      '2026.9.6 turns special answers loops signs restart crash hook',
    ]);
  });

  it('is the seven turns with each of the nine versions, when all are asked for', () => {
    expect(runsOf('--all')).toEqual(
      ['2026.2.26', '2026.4.15', '2026.5.28', '2026.6.11', '2026.7.35', '2026.8.2', '2026.9.2', '2026.9.5', '2026.9.6'].map(
        (version) => `${version} seven`,
      ),
    );
  });

  it.each(VERSIONS.map(({ version }) => version))('is at least the seven turns with %s, when that is asked for', (version) => {
    const [run = ''] = runsOf('--only', version);
    const byDefault = VERSIONS.filter((each) => each.version === version).flatMap(partsByDefault);
    expect(run).toBe(`${version} ${byDefault.length > 0 ? byDefault.join(' ') : 'seven'}`);
  });

  it('is one part, when that is asked for', () => {
    expect(runsOf('--only', '2026.9.6', '--part', 'crash')).toEqual(['2026.9.6 crash']);
    expect(runsOf('--part', 'seven')).toEqual(['2026.7.35 seven', '2026.9.2 seven', '2026.9.6 seven']);
  });

  it('takes the other wishes as they are', () => {
    const args = ['--watcher', 'both', '--streaming', 'off', '--cache', '/c', '--record', '/r'];
    expect(decodeArguments(args)).toMatchObject({
      kind: 'run',
      wishes: { watcher: 'both', streaming: 'off', cache: '/c', record: '/r' },
    });
  });
});

describe('a wrong option of test-openclaw', () => {
  it.each([
    [['--only', '2026.1.1'], 'There is no version 2026.1.1. There are 2026.2.26, '],
    [['--only'], "'--only <value>' argument missing"],
    [['--only', '2026.9.6', '--all'], 'Use --only or --all, not both.'],
    [['--part', 'nothing'], 'There is no part nothing. There are turns, '],
    [['--watcher', 'me'], 'There is no watcher me. There are files, '],
    [['--streaming', 'loud'], 'There is no streaming mode loud. There are off, '],
    [['--al'], "Unknown option '--al'"],
    [['2026.9.6'], "Unexpected argument '2026.9.6'"],
    [['--all=yes'], "'--all' does not take an argument"],
  ])('%j is named', (args, words) => {
    const decoded = decodeArguments(args);
    expect(decoded.kind).toBe('wrong');
    expect('because' in decoded ? decoded.because : '').toContain(words);
  });

  it('ends the program with 64 and says what there is, before anything is installed', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, '--bogus'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr).toContain("Unknown option '--bogus'");
    expect(stderr).toContain('--only <version>');
  });

  it('is not --help, which ends with 0 and names every option', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, '--help'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const name of ['--only', '--all', '--part', '--watcher', '--streaming', '--cache', '--record', '--help'])
      expect(stdout).toContain(name);
    for (const { version } of VERSIONS) expect(stdout).toContain(version);
  });
});
