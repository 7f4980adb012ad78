// A Mattermost as a process of its own: the stand-in, which tells its parent of each request as it arrives, and of each state of each post with
// whoever made it. Every publisher has a token of its own of the one bot, which is how they are told apart.

import { tokenOf } from '../../src/stand-in/permissions.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn } from '../../src/stand-in/stand-in.ts';
import { boxesOf } from '../integration/harness.ts';
import type { FromChat, ToChat } from './chat.ts';

const tokens = process.argv.slice(2);
const seed = sampleSeed();
seed.tokens.push(...tokens.map((token) => ({ token, userId: SAMPLE.botId })));
const standIn = createStandIn({ clock: { now: () => Date.now() }, seed });
let writer = '';

function tell(message: FromChat): void {
  process.send?.(message);
}

const arrive: typeof standIn.arrive = (request) => {
  const who = tokenOf(request.headers) ?? '';
  tell({ kind: 'request', at: Date.now(), who, method: request.method, path: request.path });
  standIn.requests.length = 0; // it keeps every one
  const arrival = standIn.arrive(request);
  const apply = (): ReturnType<typeof arrival.apply> => {
    writer = who;
    return arrival.apply();
  };
  return { ...arrival, apply };
};

standIn.onPostEvent(({ kind, post }) => {
  const [box] = boxesOf([post]);
  if (box === undefined) return;
  const { title, text } = box;
  tell({ kind: 'version', at: Date.now(), who: writer, event: kind, postId: post.id, own: post.props['livestatus'], title, text });
});

process.on('message', (message: ToChat) => {
  if (message.kind === 'faults') {
    standIn.faults.clear();
    for (const fault of message.faults) standIn.faults.add({ match: { path: /\/posts$|\/patch$/ }, ...fault });
  }
});
process.once('disconnect', () => process.exit());

const { url } = await serveStandIn({ ...standIn, arrive }, { port: 0 });
tell({ kind: 'ready', url });
