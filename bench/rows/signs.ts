import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import type { Bench, Figure, Row } from '../contract.ts';
import { monotonicMs } from '../harness/monotonic.ts';
import { quantile } from '../harness/quantile.ts';
import { reactionMark, Sink } from '../harness/sink.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { Watcher } from '../harness/watcher.ts';

const LIMIT_MS = 1_000;
const REST_MS = 12_000; // the budget is full again: two turns of a person are seldom closer
const PATIENCE_MS = 60_000;

/** Several people ask at the same moment, again and again. */
function signsRow(name: string, count: number, rounds: number, env: NodeJS.ProcessEnv): Row {
  return {
    name,
    title: `${count} turns at once, from the line that begins each until the reaction on its post is requested`,
    run: async (bench) => {
      const { place, quick, tell } = bench;
      const sink = await Sink.start(place);
      const agents = place.folder('agents');
      const folder = join(agents, 'main', 'sessions');
      mkdirSync(folder, { recursive: true });
      const watcher = new Watcher(place, { url: sink.url, agents, env: { OPEN_AFTER_MS: '2000', ...env } });
      await watcher.running();
      await watcher.connected();
      const [begun, ended]: [number[], number[]] = [[], []];
      for (let round = 0; round < (quick ? 1 : rounds); round++) {
        tell(`round ${round + 1} of ${rounds}`);
        const asked = await prepare(bench, sink, folder, count);
        begun.push(...(await timed(sink, asked, 'eyes', begin)));
        await sleep(REST_MS / 2);
        ended.push(...(await timed(sink, asked, 'white_check_mark', end)));
        await sleep(REST_MS);
      }
      await watcher.stop();
      return [...figures('👀', begun, LIMIT_MS), ...figures('✅', ended)];
    },
  };
}

export const tenSigns = signsRow('signs-10', 10, 10, {});
export const fiftySigns = signsRow('signs-50', 50, 4, { EDITS_PER_SECOND: '50:100', MAX_ACTIVE_SESSIONS: '0' });

function figures(what: string, timesMs: readonly number[], limit?: number): Figure[] {
  return [
    { what: `${what}, median`, now: quantile(timesMs, 0.5), unit: 'ms' },
    { what: `${what}, 99th percentile`, now: quantile(timesMs, 0.99), unit: 'ms', ...(limit === undefined ? {} : { limit }) },
  ];
}

interface Asked {
  postId: string;
  path: string;
}

/** The posts of people, and the files of their sessions, which have no turn yet. */
async function prepare(bench: Bench, sink: Sink, folder: string, count: number): Promise<Asked[]> {
  const index: Record<string, object> = {};
  const asked: Asked[] = [];
  for (let number = 0; number < count; number++) {
    const postId = await post(sink);
    const sessionId = randomUUID();
    const path = join(folder, `${sessionId}.jsonl`);
    index[`agent:main:mattermost:channel:${SAMPLE.publicId}:thread:${postId}`] = { sessionId, updatedAt: Date.now(), sessionFile: path };
    writeFileSync(path, line({ type: 'session', version: 3, id: sessionId }));
    asked.push({ postId, path });
  }
  const temporary = join(folder, 'sessions.json.tmp');
  writeFileSync(temporary, JSON.stringify(index));
  renameSync(temporary, join(folder, 'sessions.json'));
  bench.tell(`${count} people have posted`);
  await sleep(2_000); // the files are known
  return asked;
}

async function post({ url }: Sink): Promise<string> {
  const answer = await fetch(`${url}/api/v4/posts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SAMPLE.otherBotToken}` },
    body: JSON.stringify({ channel_id: SAMPLE.publicId, message: 'Please measure.' }),
  });
  const { id } = (await answer.json()) as { id: string };
  return id;
}

/** From the write of each line until its reaction is requested. */
async function timed(sink: Sink, asked: readonly Asked[], emoji: string, write: (each: Asked) => void): Promise<number[]> {
  const starts = asked.map((each) => {
    const atMs = monotonicMs();
    write(each);
    return { atMs, mark: reactionMark(emoji, each.postId) };
  });
  await waitUntil(`all ${emoji}`, () => starts.every(({ mark }) => sink.atMs(mark) !== undefined), { timeoutMs: PATIENCE_MS });
  return starts.map(({ mark, atMs }) => (sink.atMs(mark) ?? Number.NaN) - atMs);
}

function begin({ path, postId }: Asked): void {
  const info = JSON.stringify({ message_id: postId, sender_id: SAMPLE.aliceId, is_group_chat: true });
  const text = `Conversation info (untrusted metadata):\n\`\`\`json\n${info}\n\`\`\`\n\nPlease measure.`;
  appendFileSync(path, line({ type: 'message', message: { role: 'user', content: [{ type: 'text', text }] } }));
}

function end({ path }: Asked): void {
  const content = [{ type: 'text', text: 'Measured.' }];
  appendFileSync(path, line({ type: 'message', message: { role: 'assistant', content, provider: 'p', model: 'm', stopReason: 'stop' } }));
}

function line(entry: object): string {
  return `${JSON.stringify({ id: randomUUID().slice(0, 8), parentId: null, timestamp: new Date().toISOString(), ...entry })}\n`;
}
