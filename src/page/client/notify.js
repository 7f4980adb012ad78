// Desktop notifications, for who asked for them: an agent waits, or has failed. Nothing else.

import { hasFailed, partOf } from './picture.js';

const KEY = 'live-status-notify';
const isWanted = () => globalThis.Notification?.permission === 'granted' && localStorage.getItem(KEY) === 'on';

/** The button says what is, and asks for permission only when it is pressed. */
export function setUpButton(button) {
  const show = () => button.setAttribute('aria-pressed', String(isWanted()));
  button.hidden = globalThis.Notification === undefined;
  button.addEventListener('click', async () => {
    if (isWanted()) localStorage.setItem(KEY, 'off');
    else if ((await Notification.requestPermission()) === 'granted') localStorage.setItem(KEY, 'on');
    show();
  });
  show();
}

/** The changes of boxes that were known before, and new ones; not what a page finds when it opens. */
export function notifyOf(changes) {
  if (!isWanted()) return;
  for (const { box, before } of changes) {
    const waits = partOf(box) === 'waiting' && (before === undefined || partOf(before) !== 'waiting');
    const failed = box.final && hasFailed(box) && before?.final !== true;
    if (!waits && !failed) continue;
    // The same tag in all tabs: one notification, not fifty.
    tell(box);
  }
}

/** Some phones grant the permission and have no such notifications. */
function tell(box) {
  try {
    const told = new Notification(box.title, { tag: box.id, body: [box.agent, box.channel ?? 'direct'].join(' · ') });
    told.addEventListener('click', () => globalThis.focus());
  } catch {
    document.getElementById('notify').hidden = true;
  }
}
