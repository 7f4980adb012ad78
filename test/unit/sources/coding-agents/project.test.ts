import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findHomes } from '../../../../src/sources/coding-agents/find-homes.ts';
import { folderIn, projectOf, shownPath } from '../../../../src/sources/coding-agents/project.ts';
import { countFileCalls } from '../../../support/file-calls.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

function folder(...parts: string[]): string {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

describe('the project of a folder', () => {
  const base = tempFolder('projects');
  const main = folder(base, 'shop');
  folder(main, '.git', 'worktrees', 'side');
  writeFileSync(join(main, '.git', 'worktrees', 'side', 'commondir'), '../..\n');

  it('is its repository, from anywhere in it', () => {
    expect(projectOf(folder(main, 'docs', 'deep'))).toEqual({ main, root: main });
  });

  it('is the main repository for a worktree, and paths are shown from the worktree', () => {
    const worktree = folder(base, 'worktrees', '3efa', 'shop');
    writeFileSync(join(worktree, '.git'), `gitdir: ${join(main, '.git', 'worktrees', 'side')}\n`);
    expect(projectOf(worktree)).toEqual({ main, root: worktree });
    expect(shownPath(join(worktree, 'docs', 'a.md'), projectOf(worktree), worktree)).toBe('docs/a.md');
  });

  it('is a submodule itself', () => {
    const module = folder(main, 'vendor', 'lib');
    folder(main, '.git', 'modules', 'lib');
    writeFileSync(join(module, '.git'), 'gitdir: ../../.git/modules/lib\n');
    expect(projectOf(module)).toEqual({ main: module, root: module });
  });

  it('is the folder itself outside a repository, or when it is gone', () => {
    expect(projectOf('/nowhere/at/all/')).toEqual({ main: '/nowhere/at/all', root: '/nowhere/at/all' });
  });

  it('waits for no pipe and reads no large file in the place of what git writes', () => {
    const [piped, large, linked] = [folder(base, 'piped'), folder(base, 'large'), folder(base, 'linked')];
    execFileSync('mkfifo', [join(piped, '.git')]);
    writeFileSync(join(large, '.git'), `gitdir: ${main}/.git/worktrees/side\n${' '.repeat(5_000)}`);
    folder(base, 'elsewhere', '.git', 'worktrees', 'other');
    execFileSync('mkfifo', [join(base, 'elsewhere', '.git', 'worktrees', 'other', 'commondir')]);
    writeFileSync(join(linked, '.git'), `gitdir: ${join(base, 'elsewhere', '.git', 'worktrees', 'other')}\n`);
    for (const path of [piped, large, linked]) expect(projectOf(path)).toEqual({ main: path, root: path });
  });

  it('is looked for in a hundred folders at most, however many a line names, and no longer path than the system knows is a folder', () => {
    const calls = countFileCalls();
    const long = '/a'.repeat(2_000);
    expect(projectOf(long)).toEqual({ main: long, root: long });
    const { statSync = 0, openSync = 0 } = calls.take();
    expect([statSync > 0, statSync + openSync <= 200]).toEqual([true, true]);
    expect([folderIn(long), folderIn(`${long}${long}`), folderIn(''), folderIn(7)]).toEqual([long, undefined, undefined, undefined]);
  });

  it('a path outside it is shown by its last part alone', () => {
    const project = projectOf(main);
    expect(['a.csv', join(main, 'b.csv'), '../secret/c.csv', '/etc/passwd'].map((path) => shownPath(path, project, main))).toEqual([
      'a.csv',
      'b.csv',
      'c.csv',
      'passwd',
    ]);
  });
});

describe('homes', () => {
  const users = tempFolder('users');
  const [ann, bob] = [folder(users, 'ann', '.codex'), folder(users, 'bob', '.codex')];
  folder(users, 'eve');
  const CODEX = { variable: 'CODEX_HOME', folder: '.codex', subject: 'Codex' };

  it.each([
    ['our own', { HOME: join(users, 'ann') }, undefined, { paths: [ann], areThere: true }],
    ['none', { HOME: join(users, 'eve') }, undefined, { paths: [join(users, 'eve', '.codex')], areThere: false }],
    [
      'those that the variable names',
      { HOME: join(users, 'eve'), CODEX_HOME: `${ann}:${bob}` },
      undefined,
      { paths: [ann, bob], areThere: true },
    ],
    [
      'only those of others, for a user who has none',
      { HOME: join(users, 'nobody') },
      join(users, '*'),
      { paths: [ann, bob], areThere: true },
    ],
    ['those of all users', { HOME: join(users, 'ann') }, join(users, '*'), { paths: [ann, bob], areThere: true }],
  ])('are %s', (_what, env, others, expected) => {
    expect(findHomes(CODEX, env, others)).toEqual(expected);
  });
});
