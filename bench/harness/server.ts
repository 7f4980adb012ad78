// The process of the server: the stand-in, which tells its parent of each request as it arrives.

import { serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn } from '../../src/stand-in/stand-in.ts';
import { monotonicMs } from './monotonic.ts';
import { benchSeed } from './seed.ts';
import { marksIn, reactionMarksIn, type FromServer } from './sink.ts';

const standIn = createStandIn({ clock: { now: () => Date.now() }, seed: benchSeed() });

function tell(message: FromServer): void {
  process.send?.(message);
}

const arrive: typeof standIn.arrive = (request) => {
  const { method, path, body } = request;
  tell({ kind: 'request', atMs: monotonicMs(), method, path, marks: [...marksIn(body), ...reactionMarksIn(path, body)] });
  standIn.requests.length = 0; // it keeps every one
  return standIn.arrive(request);
};

const { url } = await serveStandIn({ ...standIn, arrive }, { port: 0 });
tell({ kind: 'ready', url });
process.once('disconnect', () => process.exit());
