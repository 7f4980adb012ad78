// Brings what the dashboard's stream says to those who know what it means. It sends the bucket of tasks from its beginning and then what is
// written, but does not say where the beginning ends: a pause tells.

import type { Timers } from '../../core/timers.ts';
import type { Heard } from './bus-listener.ts';
import type { ServerSentEvent } from './sse-lines.ts';
import { parseJson } from '../../core/json-guards.ts';

const KNOWN_AFTER_MS = 5_000;
const WRITTEN = 'kv.task.updated';

interface StreamListener {
  connected(): void;
  disconnected(): void;
  event(event: ServerSentEvent): void;
}

export function streamListener({ book, inbox, nodes, onRead }: Heard, timers: Pick<Timers<'known'>, 'restart' | 'cancel'>): StreamListener {
  let isReading = false;
  const written = (data: string): void => {
    inbox.writtenTask(parseJson(data));
    if (isReading) timers.restart('known', KNOWN_AFTER_MS, known);
  };
  const known = (): void => {
    isReading = false;
    book.bucketKnown('task');
  };
  return {
    connected: () => {
      isReading = true;
      book.heard(true);
      book.bucketBegins('task');
      onRead();
    },
    disconnected: () => {
      timers.cancel('known');
      book.heard(false);
      nodes.unheard();
    },
    event: ({ event, data }) => {
      if (event === WRITTEN) written(data);
      else inbox.message(event.startsWith('mesh.') ? event : `mesh.events.${event}`, data);
    },
  };
}
