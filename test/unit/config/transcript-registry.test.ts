// N-2: the registry of transcripts that openclaw-node keeps is read to find folders.

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ChosenSources, chooseSources } from '../../../src/config/choose-sources.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** A home with a workspace, and the folders of logs that are asked for. */
function homeWith(...folders: string[]): { home: string; workspace: string; registry: string } {
  const home = tempFolder('registry');
  for (const folder of ['.openclaw/workspace', '.openclaw/config', ...folders]) mkdirSync(join(home, folder), { recursive: true });
  const registry = join(home, '.openclaw/config/transcript-sources.json');
  return { home, workspace: join(home, '.openclaw/workspace'), registry };
}

function chosen({ home, workspace }: { home: string; workspace: string }, settings: object = {}): ChosenSources {
  const choice = chooseSources({ openclawNodeDir: workspace, ...settings }, { HOME: home });
  if ('problems' in choice) throw new Error(JSON.stringify(choice.problems));
  return choice.chosen;
}

function sentence({ because }: ChosenSources): string {
  return because.filter((one) => one.includes('transcript-sources.json')).join('\n');
}

const CLAUDE = { name: 'claude-code-workspace', format: 'claude-code', enabled: true };

describe('N-2 transcript-sources.json', () => {
  it('adds the homes in which its folders are, also of one project alone, each once', () => {
    const place = homeWith('.claude/projects/-home-dev', 'other/claude/projects/-srv-shop', 'other/codex/sessions/2026/11');
    symlinkSync(join(place.home, '.claude'), join(place.home, 'linked'));
    const sources = [
      { ...CLAUDE, path: '~/.claude/projects/-home-dev/' },
      { ...CLAUDE, path: join(place.home, 'other/claude/projects/-srv-shop') },
      { ...CLAUDE, path: join(place.home, 'other/claude') },
      { ...CLAUDE, path: join(place.home, 'linked/projects') },
      { name: 'codex', path: '~/other/codex/sessions', format: 'codex' },
    ];
    writeFileSync(place.registry, JSON.stringify({ sources }));
    const { homes, ids } = chosen(place);
    expect(homes).toEqual({
      'claude-code': [join(place.home, '.claude'), join(place.home, 'other/claude')],
      codex: [join(place.home, '.codex'), join(place.home, 'other/codex')],
    });
    expect(ids).toEqual(['claude-code', 'codex', 'mesh']);
    expect(sentence(chosen(place))).toBe(`${place.registry} of openclaw-node names folders of transcripts: 5 used.`);
  });

  it('says what is not used, and counts formats that nobody knows by their names', () => {
    const place = homeWith('more/projects');
    const sources = [
      { ...CLAUDE, path: '~/more/projects' },
      { ...CLAUDE, path: '~/more/projects', enabled: false },
      { ...CLAUDE, path: '~/gone/projects' },
      { name: 'gateway', path: '~/.openclaw/agents/main/sessions/', format: 'openclaw-gateway' },
      { name: 'x', path: '~/x', format: 'gemini-cli' },
      { name: 'y', path: '~/y', format: 'gemini-cli' },
      { name: 'z', path: '~/z', format: 'toString' },
    ];
    writeFileSync(place.registry, JSON.stringify({ sources }));
    const { homes, ids } = chosen(place);
    expect(homes).toEqual({ 'claude-code': [join(place.home, '.claude'), join(place.home, 'more')] });
    expect(ids).not.toContain('transcripts');
    expect(sentence(chosen(place))).toBe(
      `${place.registry} of openclaw-node names folders of transcripts: 1 used, not used: 1 switched off, 1 that are not there, ` +
        '1 of OpenClaw, which TRANSCRIPT_DIR names, 2 of the unknown format gemini-cli, 1 of the unknown format toString.',
    );
  });

  it('is also found in the workspace, and only when OPENCLAW_NODE_DIR says where that is', () => {
    const place = homeWith('more/projects');
    writeFileSync(join(place.workspace, 'transcript-sources.json'), JSON.stringify([{ ...CLAUDE, path: '~/more/projects' }]));
    expect(chosen(place).homes).toEqual({ 'claude-code': [join(place.home, '.claude'), join(place.home, 'more')] });
    expect(chosen(place, { sources: { text: 'mesh', ids: ['mesh'] } }).homes).toEqual({});
    const without = { openclawNodeDir: undefined, transcriptDir: '/agents' };
    expect([chosen(place, without).homes, sentence(chosen(place, without))]).toEqual([{}, '']);
  });

  it.each([
    ['no JSON', '{"sources": [{"path"'],
    ['another shape', '{"sources": {"a": 1}}'],
    ['nothing', ''],
    ['brackets alone', '['.repeat(100_000)],
    ['too much of everything', `{"sources":[${'{"path":"~/more/projects","format":"claude-code"},'.repeat(9_000)}{}]}`],
  ])('%s harms nothing, and is named', (_what, text) => {
    const place = homeWith('more/projects');
    writeFileSync(place.registry, text);
    const { homes } = chosen(place);
    expect(homes).toEqual({});
    expect(sentence(chosen(place))).toMatch(/names no transcripts|is not read: it is a file of more than/);
  });

  it('hostile entries become neither paths nor lines', () => {
    const place = homeWith('more/projects');
    const paths = [
      'relative/projects',
      '~other/projects',
      '/a\u0000b',
      '/a\nb',
      `/${'x'.repeat(5_000)}`,
      7,
      null,
      '',
      '~/more/../more/projects',
    ];
    const formats = ['a\nERROR: forged', '@all', 'x'.repeat(9_000), 3, '__proto__', 'constructor'];
    const sources = [
      ...paths.map((path) => ({ path, format: 'claude-code' })),
      ...formats.map((format) => ({ path: '/srv', format })),
      ...Array.from({ length: 300 }, (_, index) => ({ path: '/srv', format: `kind-${index}` })),
      'text',
    ];
    writeFileSync(place.registry, JSON.stringify({ sources }));
    const all = chosen(place);
    expect(all.homes).toEqual({ 'claude-code': [join(place.home, '.claude'), join(place.home, 'more')] });
    const said = sentence(all);
    expect(said).not.toMatch(/[\n@]|forged|xxxxx/);
    expect(said).toMatch(/1 used, not used: 8 without a folder, 4 of the unknown format that is no name, .*, \d+ more\.$/);
    expect(said.length).toBeLessThan(600);
  });

  it('a FIFO in its place, or a folder, holds up nobody', () => {
    const place = homeWith();
    execFileSync('mkfifo', [place.registry]);
    expect(sentence(chosen(place))).toMatch(/is not read: it is a file that is not a regular one/);
    const other = homeWith('.openclaw/config/transcript-sources.json');
    expect(sentence(chosen(other))).toMatch(/is not read: it is a file that is not a regular one/);
  });
});
