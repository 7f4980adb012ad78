// A TCP proxy that does to bytes what networks do. Owns the connections on both sides; knows nothing of HTTP.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is wrong with the line, in both directions unless said otherwise. Times are milliseconds. */
export type Toxic =
  /** Every piece is late by `ms`, and up to `jitterMs` more. */
  | { kind: 'latency'; ms: number; jitterMs: number }
  /** Connections are cut, new ones refused. */
  | { kind: 'down' }
  | { kind: 'bandwidth'; bytesPerSecond: number }
  /** The end of a connection is passed on late. */
  | { kind: 'slow_close'; ms: number }
  /** Nothing gets through; the connection is closed after `ms`. */
  | { kind: 'timeout'; ms: number }
  /** The connection is reset `ms` after something was sent; what was sent arrived, `answers` are lost instead of requests. */
  | { kind: 'reset'; ms: number; answers: boolean }
  /** Pieces of `bytes` with a pause of `gapMs` between them. */
  | { kind: 'slice'; bytes: number; gapMs: number }
  /** The connection is closed once so many bytes have gone through in one direction. */
  | { kind: 'limit'; bytes: number };

type Direction = 'request' | 'answer';

export interface FaultProxy {
  /** `http://127.0.0.1:<port>`, the same in spite of `down`. */
  readonly url: string;
  /** What the line suffers from now on, connections that are open included; `undefined` heals it. */
  suffer(toxic: Toxic | undefined): Promise<void>;
  /** How often the present toxic did something. */
  hits(): number;
  close(): Promise<void>;
}

/** A proxy in front of the server at `target` (its path is not used). */
export async function createFaultProxy(target: string): Promise<FaultProxy> {
  const line = new Line(new URL(target));
  await line.listen(0);
  return {
    url: `http://127.0.0.1:${line.port}`,
    suffer: (toxic) => line.suffer(toxic),
    hits: () => line.hits,
    close: () => line.down(),
  };
}

class Line {
  port = 0;
  hits = 0;
  #toxic: Toxic | undefined;
  #server: Server | undefined;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();

  constructor(target: URL) {
    this.#target = target;
  }

  async listen(port: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#join(client));
    this.#server = server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await once(server.close(), 'close');
  }

  async suffer(toxic: Toxic | undefined): Promise<void> {
    this.#toxic = toxic;
    this.hits = 0;
    if (toxic?.kind === 'down') {
      this.hits = this.#sockets.size;
      await this.down();
    } else if (this.#server === undefined) await this.listen(this.port);
  }

  #join(client: Socket): void {
    const upstream = connect({ host: this.#target.hostname, port: Number(this.#target.port), allowHalfOpen: true, noDelay: true });
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined); // told by the end of its loop
    }
    void this.#carry('request', client, upstream);
    void this.#carry('answer', upstream, client);
  }

  async #carry(direction: Direction, from: Socket, to: Socket): Promise<void> {
    let bytes = 0;
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        bytes += piece.byteLength;
        await this.#pass(direction, piece, bytes, from, to);
      }
      if (this.#toxic?.kind === 'slow_close') await this.#late(this.#toxic.ms);
      to.end();
    } catch {
      from.destroy();
      to.destroy();
    }
  }

  async #pass(direction: Direction, piece: Buffer, bytes: number, from: Socket, to: Socket): Promise<void> {
    const toxic = this.#toxic;
    switch (toxic?.kind) {
      case undefined:
      case 'down':
      case 'slow_close':
        return void to.write(piece);
      case 'latency':
        await this.#late(toxic.ms + Math.random() * toxic.jitterMs);
        return void to.write(piece);
      case 'bandwidth':
        return this.#trickle(piece, Math.ceil(toxic.bytesPerSecond / 10), 100, to);
      case 'slice':
        return this.#trickle(piece, toxic.bytes, toxic.gapMs, to);
      case 'timeout':
        await this.#late(toxic.ms);
        return cut([from, to]);
      case 'reset':
        return this.#reset(toxic, direction, piece, from, to);
      case 'limit':
        return this.#upTo(toxic.bytes - (bytes - piece.byteLength), piece, from, to);
      default:
        return toxic satisfies never;
    }
  }

  async #late(ms: number): Promise<void> {
    this.hits += 1;
    await sleep(ms);
  }

  async #trickle(piece: Buffer, bytes: number, gapMs: number, to: Socket): Promise<void> {
    for (let begin = 0; begin < piece.byteLength; begin += bytes) {
      to.write(piece.subarray(begin, begin + bytes));
      await this.#late(gapMs);
    }
  }

  async #reset(toxic: Toxic & { kind: 'reset' }, direction: Direction, piece: Buffer, from: Socket, to: Socket): Promise<void> {
    if (toxic.answers && direction === 'request') return void to.write(piece);
    await this.#late(toxic.ms);
    for (const socket of [from, to]) socket.resetAndDestroy();
  }

  #upTo(left: number, piece: Buffer, from: Socket, to: Socket): void {
    if (piece.byteLength <= left) return void to.write(piece);
    this.hits += 1;
    to.end(piece.subarray(0, Math.max(0, left)));
    from.destroy();
  }
}

function cut(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}
