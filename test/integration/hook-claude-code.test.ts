// `live-status hook … claude-code`: the settings of Claude Code with our hooks, and as they were.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SIGNALS } from '../../src/sources/claude-code/hook-signals.ts';
import { inherited } from '../support/inherited.ts';
import { cli, MAIN, scratch } from './cli-process.ts';

let env: NodeJS.ProcessEnv;
let claude: string;
let settings: string;

beforeEach(() => {
  const home = scratch()['HOME'] ?? '';
  env = { ...inherited(), HOME: home };
  claude = join(home, '.claude');
  settings = join(claude, 'settings.json');
  mkdirSync(claude);
});

const hook = (...args: string[]) => cli(MAIN, ['hook', ...args, 'claude-code'], env).ended;
const read = () => JSON.parse(readFileSync(settings, 'utf8')) as { hooks: Record<string, { hooks: { command: string }[] }[]> };

const THEIRS = { matcher: 'Bash', hooks: [{ type: 'command', command: 'notify-send asked' }] };
/** As people write them by hand. */
const BY_HAND = `{ "model":"opus",
\t"hooks": {"PermissionRequest":[${JSON.stringify(THEIRS)}],"PreToolUse": [ ]},

\t"permissions": { "allow": ["Bash(ls:*)"] }, "env":{"A":"\\u00e4"}}`;

describe('the hooks of Claude Code', () => {
  it.each([
    ['by hand', BY_HAND],
    ['by the program', `${JSON.stringify({ permissions: { defaultMode: 'default' } }, undefined, 2)}\n`],
    ['empty', '{}'],
    ['with empty hooks', '{"hooks":{"Stop":[]}}\r\n'],
  ])('are added to settings that were written %s, and removed byte for byte', async (_how, text) => {
    writeFileSync(settings, text);
    chmodSync(settings, 0o640);
    expect(await hook('status')).toMatchObject({ code: 3, out: expect.stringContaining('Not installed') });
    expect(await hook('install')).toMatchObject({ code: 0, err: '' });
    expect(await hook('install')).toMatchObject({ code: 0, err: '' });
    for (const name of SIGNALS)
      expect(
        read()
          .hooks[name]?.flatMap(({ hooks }) => hooks)
          .filter(ours),
      ).toHaveLength(1);
    expect(read()).toMatchObject({ ...(JSON.parse(text) as object), hooks: {} });
    expect(statSync(settings).mode & 0o777).toBe(0o640);
    expect(statSync(join(claude, 'live-status')).mode & 0o777).toBe(0o700);
    expect(await hook('status')).toMatchObject({ code: 0, out: expect.stringContaining('installed') });
    expect(await hook('remove')).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(settings, 'utf8')).toBe(text);
    expect(statSync(settings).mode & 0o777).toBe(0o640);
    expect(readdirSync(claude)).toEqual(['settings.json']);
  });

  it('make a private settings.json where there is none, which goes with them', async () => {
    expect(await hook('install')).toMatchObject({ code: 0 });
    expect(statSync(settings).mode & 0o777).toBe(0o600);
    expect(await hook('remove')).toMatchObject({ code: 0 });
    expect(readdirSync(claude)).toEqual([]);
    expect(await hook('remove')).toMatchObject({ code: 0, out: expect.stringContaining('no hooks of ours') });
  });

  it('alone go when somebody has changed the settings since', async () => {
    writeFileSync(settings, BY_HAND);
    await hook('install');
    const changed = read();
    const later = { hooks: [{ command: 'later' }] };
    changed.hooks['Stop']?.unshift(later);
    changed.hooks['SessionEnd']?.[0]?.hooks.push({ command: 'bye' });
    writeFileSync(settings, JSON.stringify({ ...changed, theme: 'dark' }, undefined, 4));
    expect(await hook('install')).toMatchObject({ code: 0 });
    expect(await hook('remove')).toMatchObject({ code: 0 });
    const expected = {
      ...(JSON.parse(BY_HAND) as object),
      hooks: { PermissionRequest: [THEIRS], PreToolUse: [], Stop: [later], SessionEnd: [{ hooks: [{ command: 'bye' }] }] },
      theme: 'dark',
    };
    expect(readFileSync(settings, 'utf8')).toBe(JSON.stringify(expected, undefined, 4));
    expect(existsSync(join(claude, 'live-status'))).toBe(false);
  });

  it('are not complete when one is missing or the folder is', async () => {
    await hook('install');
    rmSync(join(claude, 'live-status'), { recursive: true });
    expect(await hook('status')).toMatchObject({ code: 1, out: expect.stringContaining('not complete') });
    await hook('install');
    const { Stop: _gone, ...hooks } = read().hooks;
    writeFileSync(settings, JSON.stringify({ hooks }));
    expect(await hook('status')).toMatchObject({ code: 1, out: expect.stringContaining('not complete') });
  });

  it('go to each folder that CLAUDE_CONFIG_DIR names', async () => {
    const other = `${claude}-other`;
    mkdirSync(other);
    env = { ...env, CLAUDE_CONFIG_DIR: `${claude}:${other}` };
    expect(await hook('install')).toMatchObject({ code: 0 });
    expect(readFileSync(join(other, 'settings.json'), 'utf8')).toContain(`${other}/live-status`);
    rmSync(other, { recursive: true });
    expect(await hook('status')).toMatchObject({ code: 1, out: expect.stringContaining(`There is no Claude Code at ${other}`) });
  });

  it.each([
    ['text that is no JSON', () => writeFileSync(settings, '{ // by hand\n}'), 'is no JSON object'],
    ['a list', () => writeFileSync(settings, '[]'), 'is no JSON object'],
    ['hooks that are no object', () => writeFileSync(settings, '{"hooks":[]}'), 'has hooks that are no object'],
    ['a hook that is no list', () => writeFileSync(settings, '{"hooks":{"Stop":{}}}'), 'has hooks.Stop that is no list'],
    ['a link', () => symlinkSync(join(claude, '..', 'dotfiles.json'), settings), 'is a symbolic link'],
    ['a folder', () => mkdirSync(settings), 'cannot be read'],
    ['no Claude Code', () => rmSync(claude, { recursive: true }), 'There is no Claude Code at'],
    ['a link for our folder', () => symlinkSync('/tmp', join(claude, 'live-status')), 'is a symbolic link'],
  ])('are refused with %s, and nothing is changed', async (_what, prepare, because) => {
    prepare();
    const before = existsSync(claude) ? readdirSync(claude) : [];
    for (const action of ['install', 'remove'])
      expect(await hook(action)).toMatchObject({ code: 1, err: expect.stringContaining(because) });
    expect(existsSync(claude) ? readdirSync(claude) : []).toEqual(before);
  });

  it.runIf(process.getuid?.() === 0)('are refused with settings of another user', async () => {
    writeFileSync(settings, '{}');
    chownSync(settings, 65_534, 65_534);
    expect(await hook('install')).toMatchObject({ code: 1, err: expect.stringContaining('belongs to another user') });
    expect(readFileSync(settings, 'utf8')).toBe('{}');
  });

  it('are for Claude Code alone', async () => {
    expect(await cli(MAIN, ['hook', 'install', 'codex'], env).ended).toMatchObject({
      code: 64,
      err: expect.stringContaining('only for claude-code'),
    });
  });
});

function ours({ command }: { command: string }): boolean {
  return command.endsWith('# live-status');
}
