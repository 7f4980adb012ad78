// The dashboard of a mesh that is not there: sends recorded messages to whoever listens, as openclaw-node's dashboard does.

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PATH = '/api/mesh/events';

export class MeshDashboard {
  readonly #server: Server;
  readonly #listeners = new Set<ServerResponse>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', ({ url }, response) => (url === PATH ? this.#listen(response) : void response.writeHead(404).end()));
  }

  /** On any free port of the loopback. */
  static async open(): Promise<MeshDashboard> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MeshDashboard(server);
  }

  get url(): string {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  send(event: string, data: string): void {
    const text = `event: ${event}\ndata: ${data}\n\n`;
    for (const response of this.#listeners) response.write(text);
  }

  async close(): Promise<void> {
    for (const response of this.#listeners) response.end();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write(': hello\n\n');
    this.#listeners.add(response);
    response.on('close', () => void this.#listeners.delete(response));
  }
}
