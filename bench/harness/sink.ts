// The server as the bench sees it. Owns what it was asked and when; the server itself is another process.

import { fileURLToPath } from 'node:url';
import { waitUntil } from './wait-until.ts';
import type { Workplace } from './workplace.ts';

interface Asked {
  /** Of the machine's monotonic clock. */
  atMs: number;
  method: string;
  path: string;
  marks: readonly string[];
}

export type FromServer = { kind: 'ready'; url: string } | ({ kind: 'request' } & Asked);

/** A word that is found again in what is sent. Letters, a number, a letter: nothing takes it for a secret. */
export function markOf(letter: 'd' | 'm' | 's', number: number): string {
  return `mark${letter}${number}x`;
}

/** The mark of a request that says of the turn with that mark that it is over. */
export function endOf(mark: string): string {
  return `${mark}, over`;
}

/** The mark of a request that puts that reaction on that post. */
export function reactionMark(emoji: string, postId: string): string {
  return `${emoji} on ${postId}`;
}

export function reactionMarksIn(path: string, body: string): string[] {
  if (!path.endsWith('/api/v4/reactions')) return [];
  const { emoji_name: emoji, post_id: postId } = JSON.parse(body) as { emoji_name: string; post_id: string };
  return [reactionMark(emoji, postId)];
}

export function marksIn(body: string): string[] {
  const marks = [...new Set(body.match(/\bmark[a-z]\d+x\b/g))];
  return body.includes('"open":false') ? marks.map(endOf) : marks;
}

export class Sink {
  url = '';
  readonly asked: Asked[] = [];
  readonly #atMsByMark = new Map<string, number>();

  static async start(place: Workplace): Promise<Sink> {
    const sink = new Sink();
    const script = fileURLToPath(new URL('server.ts', import.meta.url));
    const child = place.node([script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (message) => sink.#take(message as FromServer));
    await waitUntil('the server listens', () => sink.url !== '');
    return sink;
  }

  #take(message: FromServer): void {
    if (message.kind === 'ready') this.url = message.url;
    else {
      this.asked.push(message);
      for (const mark of message.marks) if (!this.#atMsByMark.has(mark)) this.#atMsByMark.set(mark, message.atMs);
    }
  }

  /** When the first request with that mark arrived. */
  atMs(mark: string): number | undefined {
    return this.#atMsByMark.get(mark);
  }

  /** How many boxes have got their post. */
  creates(): number {
    return this.asked.filter(({ method, path }) => method === 'POST' && path.endsWith('/api/v4/posts')).length;
  }
}
