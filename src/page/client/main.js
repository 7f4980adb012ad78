// The page: hears what the server says, and shows it.

import { announce, showAge, showCounts, showLost, showPulse } from './around.js';
import { Board } from './board.js';
import { addressOf, filterFromAddress, updateChoices } from './filters.js';
import { setUpKeys } from './keys.js';
import { notifyOf, setUpButton } from './notify.js';
import { countsOf, firstPicture, Picture } from './picture.js';
import { openStream } from './stream.js';

const TICK_MS = 1_000;
const PAINT_MS = 100; // what the stream needs must not keep the first picture from being painted
const form = document.getElementById('filters');
const picture = new Picture();
const board = new Board();
const state = { filter: filterFromAddress(location.search), heardAt: undefined, lost: undefined, offsetMs: 0, counts: undefined };

/** By the server's clock: this one may be wrong. */
const now = () => Date.now() + state.offsetMs;

function show() {
  const boxes = picture.boxes();
  updateChoices(form, boxes, state.filter);
  board.show(picture, state.filter);
  const counts = countsOf(boxes, now());
  showCounts(counts);
  if (state.counts !== undefined) announce(counts, state.counts);
  state.counts = counts;
  tick();
}

function tick() {
  const heardMsAgo = state.heardAt === undefined ? undefined : Date.now() - state.heardAt;
  board.tick(now());
  showAge(heardMsAgo, state.lost !== undefined);
  showLost(state.lost, heardMsAgo);
}

function setFilter(filter) {
  state.filter = filter;
  history.replaceState(null, '', addressOf(filter));
  show();
}

form.addEventListener('input', () => setFilter(Object.fromEntries(new FormData(form))));
form.addEventListener('submit', (event) => event.preventDefault());
document.getElementById('clear').addEventListener('click', () => setFilter(filterFromAddress('')));
addEventListener('popstate', () => {
  state.filter = filterFromAddress(location.search);
  show();
});
setUpButton(document.getElementById('notify'));
setUpKeys(board);
setInterval(tick, TICK_MS);

function hear(message) {
  if (message.kind === 'lost') {
    state.lost = message;
    return tick();
  }
  state.lost = undefined;
  if (message.kind === 'pulse') {
    state.heardAt = message.at;
    state.offsetMs = message.pulse.now - message.at;
    showPulse(message.pulse);
    return tick();
  }
  state.heardAt = Date.now();
  const isFirst = state.counts === undefined;
  const changes = picture.take(message);
  show();
  return isFirst ? undefined : notifyOf(changes);
}

const first = await firstPicture();
if (first !== undefined) hear(first);
setTimeout(() => openStream(hear), PAINT_MS);
