// Replays recorded exchanges against a stand-in and says where its answers differ. Owns the mapping of post ids.

import type { StandInAnswer, StandInRequest } from '../../../src/stand-in/answer.ts';
import { isObject } from '../../../src/stand-in/lenient-json.ts';
import { createStandIn } from '../../../src/stand-in/stand-in.ts';
import type { StandIn } from '../../../src/stand-in/stand-in.ts';
import type { Post } from '../../../src/stand-in/post.ts';
import { postOf } from '../../../src/stand-in/post.ts';
import { putRow } from '../../../src/stand-in/world.ts';
import { differences } from './differences.ts';
import { recordedSeed } from './recorded.ts';
import type { Exchange } from './recorded.ts';

/** What a case of the recording needs beside its request. */
export type Direction =
  /** The stand-in does not speak this, for the given reason. */
  | { skip: string }
  /** Done behind the bot's back: a switch is turned, the recorded answer is not compared. */
  | { instead: (stage: Stage) => void }
  /** Something that happened between two recorded exchanges. */
  | { before: (stage: Stage) => void }
  /** The request is not simply handled. */
  | { perform: (stage: Stage, request: StandInRequest) => StandInAnswer };

/** How one file is replayed. `posts` exist before they are first mentioned. */
export interface Script {
  posts?: (Pick<Post, 'id'> & Partial<Post>)[];
  directions?: Record<string, Direction>;
}

/** A stand-in in the middle of a replay. */
export interface Stage {
  standIn: StandIn;
  clock: { now(): number };
  exchanges: Exchange[];
  requestOf(exchange: Exchange): StandInRequest;
}

/** The outcome of a replay: a line for each difference, and the names of the compared cases. */
interface Report {
  problems: string[];
  compared: string[];
}

/** Replays `exchanges` in order, the clock following the recording. */
export function replay(exchanges: Exchange[], script: Script): Report {
  let now = 0;
  const clock = { now: () => now };
  const standIn = createStandIn({ clock, seed: recordedSeed() });
  const idsByRecorded = new Map<string, string>();
  const requestOf = (exchange: Exchange) => wireRequest(exchange, idsByRecorded);
  const stage: Stage = { standIn, clock, exchanges, requestOf };
  const report: Report = { problems: [], compared: [] };
  for (const [index, exchange] of exchanges.entries()) {
    now = timeOf(exchange, exchanges[index + 1], now);
    const direction = script.directions?.[exchange.case];
    if (direction !== undefined && 'skip' in direction) continue;
    if (direction !== undefined && 'before' in direction) direction.before(stage);
    placePosts(stage, script, exchange);
    if (direction !== undefined && 'instead' in direction) {
      direction.instead(stage);
      continue;
    }
    const request = requestOf(exchange);
    const answer = direction !== undefined && 'perform' in direction ? direction.perform(stage, request) : standIn.handle(request);
    mapIds(exchange, answer, idsByRecorded);
    report.compared.push(exchange.case);
    report.problems.push(...differences(exchange, recordedIds(answer, idsByRecorded)).map((line) => `${exchange.case}: ${line}`));
  }
  return report;
}

function wireRequest(exchange: Exchange, idsByRecorded: Map<string, string>): StandInRequest {
  const { method, path, headers, body } = exchange.request;
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const actual = (value: string) => [...idsByRecorded].reduce((made, [recorded, id]) => made.replaceAll(recorded, id), value);
  return { method, path: actual(path), headers, body: actual(text) };
}

/** The instant of an exchange: that of the write it made, else that of the read after it, else a little later than before. */
function timeOf(exchange: Exchange, next: Exchange | undefined, before: number): number {
  const own = exchange.request.method === 'GET' ? 0 : updateAt(exchange);
  const nextRead = next?.request.method === 'GET' ? updateAt(next) : 0;
  const dated = Date.parse(String(exchange.response?.headers['date'] ?? '')) || 0;
  return Math.max(before + 1, own || (exchange.request.method === 'GET' ? 0 : nextRead) || dated);
}

function updateAt(exchange: Exchange): number {
  const body = exchange.response?.body;
  return isObject(body) && typeof body['update_at'] === 'number' ? body['update_at'] : 0;
}

/** Inserts the scripted posts that this exchange mentions and the stand-in has not yet. */
function placePosts(stage: Stage, script: Script, exchange: Exchange): void {
  const mentioned = (script.posts ?? []).filter(
    (post) => exchange.request.path.includes(post.id) || (post.channel_id && exchange.request.path.includes(post.channel_id)),
  );
  for (const post of mentioned) {
    if (stage.standIn.world.rows.has(post.id)) continue;
    const createdAt = post.create_at ?? stage.clock.now();
    putRow(stage.standIn.world, postOf({ update_at: createdAt, ...post, create_at: createdAt }));
  }
}

/** Posts made in the replay have other ids than the recorded ones. */
function mapIds(exchange: Exchange, answer: StandInAnswer, idsByRecorded: Map<string, string>): void {
  const recorded = exchange.response?.body;
  if (exchange.response?.status !== 201 || answer.status !== 201 || !isObject(recorded) || idsByRecorded.has(String(recorded['id'])))
    return;
  const made: unknown = JSON.parse(answer.body);
  if (isObject(made) && typeof made['create_at'] === 'number') idsByRecorded.set(String(recorded['id']), String(made['id']));
}

function recordedIds(answer: StandInAnswer, idsByRecorded: Map<string, string>): StandInAnswer {
  const translate = (text: string) => [...idsByRecorded].reduce((made, [recorded, id]) => made.replaceAll(id, recorded), text);
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, translate([value].flat().join(', '))] as const);
  return { ...answer, headers: Object.fromEntries(headers), body: translate(answer.body) };
}
