import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCodingAgents } from '../../../src/cli/doctor/coding-agents.ts';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { readConfig } from '../../../src/config/config.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { withoutRoot } from '../without-root.ts';

const CLAUDE = '.claude/projects/-code-shop/9e162fc0-353b-4d2a-8e00-000000000001.jsonl';
const CODEX = '.codex/sessions/2026/11/26/rollout-2026-11-26T22-38-59-01a21a03-1574-73b3-9822-de925f66aa8d.jsonl';

function person(files: readonly string[] = [CLAUDE], cwd = '/code/shop'): string {
  chmodSync(tmpdir(), 0o755); // a folder of this run alone, which an ordinary user must be able to go through
  const home = tempFolder('doctor-home');
  chmodSync(home, 0o755);
  for (const file of files) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), `{"type":"mode"}\n${JSON.stringify({ type: 'user', note: '"cwd":"/no"', cwd })}\n`);
  }
  return home;
}

async function examine(home: string, extra: NodeJS.ProcessEnv = {}): Promise<Finding[]> {
  return withoutRoot(home, async () => {
    const result = readConfig({ HOME: home, MM_URL: 'http://127.0.0.1:9', MM_TOKEN: 'token-of-a-bot-1234567890', ...extra });
    if (result.kind === 'wrong') throw new Error(JSON.stringify(result.problems));
    return checkCodingAgents(result.config);
  });
}

describe('what the doctor says of coding agents', () => {
  it('counts sessions and projects, and names the rule that would show them', async () => {
    const home = person([CLAUDE, CODEX]);
    expect(await examine(home)).toEqual([
      {
        about: 'Claude Code',
        level: 'warn',
        says: `${home}/.claude: 1 session in 1 project; no rule of ROUTES shows any`,
        cure: 'add a rule to ROUTES, such as claude-code:/code/shop=team/channel',
      },
      {
        about: 'Codex',
        level: 'warn',
        says: `${home}/.codex: 1 session in 1 project; no rule of ROUTES shows any`,
        cure: 'add a rule to ROUTES, such as codex:/code/shop=team/channel',
      },
      { about: 'pi', level: 'ok', says: 'not watched' },
    ]);
  });

  it('is content when a rule shows a project', async () => {
    const home = person();
    expect(await examine(home, { ROUTES: 'claude-code:/code/sh*=lab/shop' })).toContainEqual({
      about: 'Claude Code',
      level: 'ok',
      says: `${home}/.claude: 1 session in 1 project; rules of ROUTES show 1`,
    });
  });

  it('says that a home is not there yet, and that a home has no sessions yet', async () => {
    const home = person([]);
    expect(await examine(home, { SOURCES: 'codex' })).toContainEqual({
      about: 'Codex',
      level: 'warn',
      says: `${home}/.codex is not there; it is waited for`,
      cure: 'start Codex once as its user',
    });
    mkdirSync(join(home, '.codex'));
    expect(await examine(home, { SOURCES: 'codex', ROUTES: 'codex:*=lab/shop' })).toContainEqual({
      about: 'Codex',
      level: 'ok',
      says: `${home}/.codex: 0 sessions in 0 projects`,
    });
  });

  it.each(['.claude', '.claude/projects/-code-shop', CLAUDE])('fails when %s may not be read', async (path) => {
    const home = person();
    chmodSync(join(home, path), 0o000);
    expect(await examine(home)).toContainEqual({
      about: 'Claude Code',
      level: 'fail',
      says: `${home}/.claude: 1 may not be read, such as ${join(home, path)}`,
      cure: expect.stringContaining('run the watcher as the owner'),
    });
  });

  it('names the homes of others that it may not look into; health does, too', async () => {
    const [own, others] = [person(), tempFolder('doctor-homes')];
    chmodSync(others, 0o755);
    for (const name of ['alice', 'bob', 'lost+found']) mkdirSync(join(others, name), { mode: 0o700 });
    mkdirSync(join(others, 'carol', '.codex'), { recursive: true });
    const findings = await examine(own, { CODING_HOMES: `${others}/*` });
    const says = `this user may not look into ${others}/alice, ${others}/bob`;
    expect(findings).toContainEqual({ about: 'CODING_HOMES', level: 'warn', says, cure: expect.any(String) });
    const sentences = await withoutRoot(own, () => {
      const result = readConfig({
        HOME: own,
        MM_URL: 'http://127.0.0.1:9',
        MM_TOKEN: 'token-of-a-bot-1234567890',
        CODING_HOMES: `${others}/*`,
      });
      return result.kind === 'valid' ? result.config.chosen.because : [];
    });
    expect(sentences).toContain(`CODING_HOMES: ${says}.`);
  });

  it('says in one line that none is watched', async () => {
    const home = person([]);
    expect(await examine(home, { TRANSCRIPT_DIR: home })).toEqual([{ about: 'coding agents', level: 'ok', says: 'not watched' }]);
  });

  it('says why nothing is watched when all homes are hidden', async () => {
    const others = tempFolder('doctor-homes');
    chmodSync(others, 0o755);
    mkdirSync(join(others, 'alice'), { mode: 0o700 });
    await expect(examine(person([]), { CODING_HOMES: `${others}/*` })).rejects.toThrow(`${others}/alice`);
  });
});
