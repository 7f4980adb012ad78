// Runs in the browser, before the page: notes when boxes were painted, when one changed, and how long the longest task was.
// Times are of the machine's clock, in milliseconds.

const probe = { paints: [], changes: [], longestTaskMs: 0 };
globalThis.probe = probe;

const now = () => performance.timeOrigin + performance.now();
const isBox = ({ nodeName }) => nodeName === 'ARTICLE';

/** After the frame in which they are drawn. */
function notePaint() {
  requestAnimationFrame(() =>
    setTimeout(() => probe.paints.push({ boxes: document.querySelectorAll('article').length, ms: performance.now() })),
  );
}

new MutationObserver((records) => {
  if (!records.some(({ addedNodes }) => [...addedNodes].some(isBox))) return;
  probe.changes.push(now());
  notePaint();
}).observe(document, { childList: true, subtree: true });

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) probe.longestTaskMs = Math.max(probe.longestTaskMs, duration);
}).observe({ type: 'longtask' });
