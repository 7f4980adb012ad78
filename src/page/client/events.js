// Server-sent events, and what to do when they stop. Used by the worker, and by tabs without one.

const RETRY_MS = 2_000;
const SILENT_MS = 12_000; // the server sends something every five seconds

/** Calls `listen` with `{kind: 'news', isWhole, boxes, gone}`, `{kind: 'pulse', …}` and `{kind: 'lost', because}`. */
export function openEvents(listen) {
  let source;
  let lastId = '';
  let timer;
  let heardAt = Date.now();

  function heard({ lastEventId }) {
    heardAt = Date.now();
    if (lastEventId !== '') lastId = lastEventId;
  }

  function news(isWhole) {
    return (event) => {
      heard(event);
      listen({ kind: 'news', isWhole, ...JSON.parse(event.data) });
    };
  }

  function open() {
    source?.close();
    heardAt = Date.now();
    source = new EventSource(lastId === '' ? '/events' : `/events?last=${encodeURIComponent(lastId)}`);
    source.addEventListener('reset', news(true));
    source.addEventListener('boxes', news(false));
    source.addEventListener('pulse', (event) => {
      heard(event);
      listen({ kind: 'pulse', at: Date.now(), pulse: JSON.parse(event.data) });
    });
    source.addEventListener('error', ({ target }) => lost(target.readyState === EventSource.CLOSED));
  }

  /** A browser tries again by itself, unless it was refused. */
  function lost(isRefused) {
    listen({ kind: 'lost', isRefused });
    if (!isRefused) return;
    clearTimeout(timer);
    timer = setTimeout(open, RETRY_MS);
  }

  /** A connection may be dead without an error, as after a sleep of the machine. */
  setInterval(() => {
    if (Date.now() - heardAt < SILENT_MS) return;
    listen({ kind: 'lost', isRefused: false });
    open();
  }, RETRY_MS);
  open();
}
