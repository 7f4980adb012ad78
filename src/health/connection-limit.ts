// Owns which connections a server holds. Knows no request.

import type { Server, Socket } from 'node:net';

/**
 * Keeps at most `most` connections: for a newer one the oldest gives way. An honest client is answered within moments, so what is
 * old belongs to one that only holds it; refusing the newest instead would let such clients lock everybody out.
 */
export function limitConnections(server: Server, most: number): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const [oldest] = sockets;
    if (sockets.size <= most || oldest === undefined) return;
    sockets.delete(oldest);
    oldest.destroy();
  });
}
