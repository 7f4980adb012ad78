// A Mattermost in a process of its own, as its parent sees it: who wrote which state of which post, and when. Owns that process.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../../src/stand-in/faults.ts';
import { endedWithTests } from '../integration/process-cleanup.ts';
import { inherited } from '../support/inherited.ts';
import { until } from '../support/until.ts';
import type { AtEnd } from './nats-server.ts';

const SCRIPT = fileURLToPath(new URL('chat-process.ts', import.meta.url));

export interface Asked {
  readonly at: number;
  /** The token of the request. */
  readonly who: string;
  readonly method: string;
  readonly path: string;
}

/** One state of one post, in the order in which the server took them. */
export interface Version {
  readonly at: number;
  readonly who: string;
  readonly event: 'posted' | 'post_edited' | 'post_deleted';
  readonly postId: string;
  /** What the box says of itself: `props.livestatus`. */
  readonly own: unknown;
  readonly title: string;
  readonly text: string;
}

export type FromChat = { kind: 'ready'; url: string } | ({ kind: 'request' } & Asked) | ({ kind: 'version' } & Version);
export interface ToChat {
  kind: 'faults';
  faults: readonly { times: number; fault: Fault }[];
}

export class Chat {
  url = '';
  readonly #child: ChildProcess;
  readonly #newestByPost = new Map<string, Version>();
  readonly #versionListeners = new Set<(version: Version) => void>();
  readonly #requestListeners = new Set<(request: Asked) => void>();

  private constructor(tokens: readonly string[]) {
    this.#child = endedWithTests(
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT, ...tokens], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: inherited(),
      }),
    );
    this.#child.on('message', (message) => this.#take(message as FromChat));
  }

  /** `tokens`: of the bot, each for one publisher. */
  static async start(tokens: readonly string[], atEnd: AtEnd): Promise<Chat> {
    const chat = new Chat(tokens);
    atEnd(() => chat.#stop());
    await until('the chat listens', () => chat.url !== '');
    return chat;
  }

  /** The newest state of each post that is there. */
  get posts(): ReadonlyMap<string, Version> {
    return this.#newestByPost;
  }

  onVersion(listener: (version: Version) => void): () => void {
    this.#versionListeners.add(listener);
    return () => void this.#versionListeners.delete(listener);
  }

  /** Called with each create and edit as it arrives, before it takes effect. */
  onWrite(listener: (request: Asked) => void): () => void {
    this.#requestListeners.add(listener);
    return () => void this.#requestListeners.delete(listener);
  }

  /** These instead of those that were there. */
  faults(faults: ToChat['faults']): void {
    this.#child.send({ kind: 'faults', faults } satisfies ToChat);
  }

  #take(message: FromChat): void {
    if (message.kind === 'ready') this.url = message.url;
    else if (message.kind === 'request') {
      if (isWrite(message)) for (const listener of this.#requestListeners) listener(message);
    } else this.#show(message);
  }

  #show(version: Version): void {
    if (version.event === 'post_deleted') this.#newestByPost.delete(version.postId);
    else this.#newestByPost.set(version.postId, version);
    for (const listener of this.#versionListeners) listener(version);
  }

  async #stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

function isWrite({ method, path }: Asked): boolean {
  return (method === 'POST' && path === '/api/v4/posts') || (method === 'PUT' && /\/posts\/\w+(?:\/patch)?$/.test(path));
}
