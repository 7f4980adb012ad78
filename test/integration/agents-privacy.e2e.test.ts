// The daemon and the commands beside Claude Code, Codex and pi, with a canary in each place of their files: of a project without a rule
// nothing leaves, with a bare rule not a word, and each switch of a rule shows its part and nothing else.

import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, type TestContext } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { writeCanaries } from '../unit/sources/claude-code/canaries.ts';
import { SessionWriter } from '../unit/sources/claude-code/session-writer.ts';
import { writeCodexCanaries } from '../unit/sources/codex/canaries.ts';
import { piCanaries } from '../unit/sources/pi/canaries.ts';
import { cli, MAIN } from './cli-process.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';

const SOURCES = ['claude-code', 'codex', 'pi'];
const SESSIONS = 4; // Codex has one in each of its two forms
const SETTLED_MS = 2_500; // longer than any box is held back

interface Told {
  /** Every version of every post. */
  posts: string;
  /** Whatever else the daemon and the commands say: what of it has canaries, by its name. */
  leaks: Record<string, string[]>;
  health: string;
  /** What was asked of Mattermost since the sessions began. */
  requests: string[];
}

/** `switches`: what each rule ends with; `undefined` for no rule at all. */
async function told({ onTestFinished }: TestContext, switches: string | undefined): Promise<Told> {
  const requests: string[] = [];
  const rig = await createRig({ onRequest: (method, path) => requests.push(`${method} ${path}`) });
  onTestFinished(() => rig.close());
  const homes = ['.claude', '.codex', '.pi/agent'].map((name) => join(rig.folder, name));
  for (const home of homes) mkdirSync(home, { recursive: true });
  const routes = SOURCES.map((source) => `${source}:/home/dev/shop*=${SAMPLE.publicId}${switches ?? ''}`).join(', ');
  const watcher = await (await rig.watcher(switches === undefined ? {} : { ROUTES: routes })).ready();
  await sleep(SETTLED_MS);
  requests.length = 0;
  const [claude = '', codex = '', pi = ''] = homes;
  writeCanaries(new SessionWriter(claude));
  writeCodexCanaries(codex);
  writePi(pi);
  if (switches !== undefined)
    await until('every session has its box', () => rig.boxes().length === SESSIONS, { detail: () => watcher.output });
  await until('every session was read', async () => (await watcher.health()).sessions.length >= SESSIONS);
  await sleep(SETTLED_MS);
  const [posts, health, asked] = [postsOf(rig), JSON.stringify(await watcher.health()), [...requests]];
  return { posts, leaks: await leaksOf(rig, watcher), health, requests: asked };
}

function writePi(home: string): void {
  const folder = join(home, 'sessions', '--home-dev-shop--');
  mkdirSync(folder, { recursive: true });
  appendFileSync(
    join(folder, '2026-11-27T09-00-00-000Z_s1.jsonl'),
    piCanaries()
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function postsOf({ standIn }: Rig): string {
  return JSON.stringify(standIn.posts().flatMap(({ id }) => standIn.versionsOf(id)));
}

async function leaksOf({ folder }: Rig, watcher: Watcher): Promise<Record<string, string[]>> {
  const said = async (...args: string[]): Promise<string> => {
    const { out, err } = await cli(MAIN, args, watcher.env).ended;
    return out + err;
  };
  const texts = {
    '/health': JSON.stringify(await watcher.health()),
    status: await said('status'),
    config: await said('config', '--all'),
    doctor: await said('doctor'),
    log: watcher.output,
  };
  await watcher.stop('SIGKILL'); // whatever is stored is what a crash leaves
  const found = Object.entries({ ...texts, state: storedIn(join(folder, 'state')) }).map(
    ([name, text]) => [name, canariesIn(text)] as const,
  );
  return Object.fromEntries(found.filter(([, canaries]) => canaries.length > 0));
}

/** All that a watcher keeps, as text. */
function storedIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n');
}

function canariesIn(text: string): string[] {
  return [...new Set(text.match(/CANARY-[a-z-]*[a-z]/g))].toSorted();
}

it('without a rule nothing is asked of Mattermost for them, and no word of theirs is logged, stored, or said by a page or a command', async (context) => {
  const { posts, leaks, health, requests } = await told(context, undefined);
  for (const source of SOURCES) expect(health).toContain(`${source}:/home/dev/shop`);
  expect({ requests, posts, leaks }).toEqual({ requests: [], posts: '[]', leaks: {} });
});

it('with a bare rule each has its box, with no word of theirs, and paths outside the project by their last part', async (context) => {
  const { posts, leaks } = await told(context, '');
  expect({ posts: canariesIn(posts), leaks }).toEqual({ posts: [], leaks: {} });
  for (const shown of ['src/inside.ts', 'secret-plans.md', 'exit 3']) expect(posts).toContain(shown);
  expect(posts).not.toContain('/home/dev');
});

/** By the switch; those of pi and of the two forms of Codex are named after them. */
const SHOWN: Record<string, string[]> = {
  command: ['', '-call', '-foreign', '-item', '-pi'],
  text: [
    '-agent',
    '-answer',
    '-error',
    '-error-pi',
    '-event',
    '-item',
    '-justification',
    '-message',
    '-name',
    '-pi',
    '-plan',
    '-question',
    '-task',
    '-title',
    '-todo',
  ],
  prompt: ['', '-event', '-item', '-pi', '-queued'],
};

it.for(Object.entries(SHOWN))(
  '+%ss shows its part of each agent and nothing else, and only the box and what is stored for it has that',
  async ([part, places], context) => {
    const { posts, leaks } = await told(context, `+${part}s`);
    const { state = [], ...others } = leaks;
    expect({ posts: canariesIn(posts), others }).toEqual({ posts: places.map((place) => `CANARY-${part}${place}`), others: {} });
    // A page of the database ends wherever it does, also within a word.
    const isShown = (canary: string): boolean => canary.startsWith(`CANARY-${part}`) || `CANARY-${part}`.startsWith(canary);
    expect(state.filter((canary) => !isShown(canary))).toEqual([]);
  },
);
