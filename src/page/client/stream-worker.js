// The one connection of all tabs of a browser. A new tab gets what the others have.

import { openEvents } from './events.js';
import { Picture } from './picture.js';

const ports = new Set();
const picture = new Picture();
let newest = { pulse: undefined, lost: undefined, hasNews: false };

onconnect = ({ ports: [port] }) => {
  ports.add(port);
  port.addEventListener('message', () => ports.delete(port));
  port.start();
  if (newest.hasNews) port.postMessage({ kind: 'news', isWhole: true, boxes: picture.boxes(), gone: [] });
  if (newest.pulse !== undefined) port.postMessage(newest.pulse);
  if (newest.lost !== undefined) port.postMessage(newest.lost);
};

openEvents((message) => {
  if (message.kind === 'news') picture.take(message);
  newest = {
    pulse: message.kind === 'pulse' ? message : newest.pulse,
    lost: message.kind === 'lost' ? message : undefined,
    hasNews: newest.hasNews || message.kind === 'news',
  };
  for (const port of ports) port.postMessage(message);
});
