// The connection to the server. All tabs of a browser share one, in a worker where there are shared workers: a browser opens only six
// connections to one address. Whoever listens hears `news`, `pulse` and `lost`.

import { openEvents } from './events.js';

const WORKER = '/client/stream-worker.js';

export function openStream(listen) {
  const worker = sharedWorker();
  if (worker === undefined) return openEvents(listen);
  worker.port.addEventListener('message', ({ data }) => listen(data));
  worker.addEventListener('error', () => openEvents(listen), { once: true }); // its script did not come: a stream of our own tries again
  worker.port.start();
  addEventListener('pagehide', () => worker.port.postMessage('bye'));
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  return undefined;
}

function sharedWorker() {
  if (!('SharedWorker' in globalThis)) return undefined;
  // The one address that this page may start a worker from.
  const policy = globalThis.trustedTypes?.createPolicy('worker', { createScriptURL: () => WORKER });
  try {
    return new SharedWorker(policy === undefined ? WORKER : policy.createScriptURL(''), { type: 'module', name: 'live-status' });
  } catch {
    return undefined;
  }
}
