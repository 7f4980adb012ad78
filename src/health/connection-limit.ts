// Limits the open connections of a server. Knows no request.

import type { Server, Socket } from 'node:net';

/**
 * Keeps at most `most` connections: a newer one closes the oldest. An honest client is answered within moments, so an old connection
 * belongs to a client that only holds it. Refusing the newest instead would let such clients lock everybody out. The returned function
 * exempts a connection for good: whoever calls it limits those.
 */
export function limitConnections(server: Server, most: number): (socket: Socket) => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const [oldest] = sockets;
    if (sockets.size <= most || oldest === undefined) return;
    sockets.delete(oldest);
    oldest.destroy();
  });
  return (socket) => void sockets.delete(socket);
}
