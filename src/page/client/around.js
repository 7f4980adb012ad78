// What is around the boxes: title, icon and counts, the age of the data, the watcher's health, what was used today.

import { element, setText } from './element.js';
import { amount, duration, money } from './text.js';

const byId = (id) => document.getElementById(id);

/** Seen in a tab that is not open. */
export function showCounts({ waiting, working, silent, failed }) {
  const some = [
    [silent, 'silent'],
    [failed, 'failed'],
  ].flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  const words = [`${waiting} waiting`, `${working} at work`, ...some];
  setText(byId('counts'), words.join(' · '));
  const title = waiting + working + silent + failed === 0 ? 'Agents' : `(${words.join(', ')}) Agents`;
  if (document.title !== title) document.title = title;
  const icon = iconOf(waiting, failed);
  if (byId('icon').getAttribute('href') !== icon) byId('icon').setAttribute('href', icon);
}

/** Counts are numbers: nothing of anybody's text is in this picture. */
function iconOf(waiting, failed) {
  const [color, text] =
    waiting > 0 ? ['#b45309', waiting > 9 ? '9+' : waiting] : [failed > 0 ? '#b91c1c' : '#15803d', failed > 0 ? '!' : ''];
  const words = `<text x="16" y="23" font-family="sans-serif" font-size="20" font-weight="700" text-anchor="middle" fill="#fff">${text}</text>`;
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="${color}"/>${words}</svg>`)}`;
}

/** The one place that a screen reader hears of by itself: never the stream. */
export function announce({ waiting, failed }, before) {
  const more = [
    ...(waiting > before.waiting ? [`${waiting} ${waiting === 1 ? 'agent waits' : 'agents wait'} for people.`] : []),
    ...(failed > before.failed ? [`${failed} failed within the last hour.`] : []),
  ];
  if (more.length > 0) setText(byId('status'), more.join(' '));
}

export function showAge(heardMsAgo, isLost) {
  setText(byId('age'), heardMsAgo === undefined ? 'connecting …' : `data ${duration(heardMsAgo)} old`);
  document.body.classList.toggle('lost', isLost);
}

/** Loud, and gone as soon as data comes again. */
export function showLost(lost, heardMsAgo) {
  const banner = byId('lost');
  banner.hidden = lost === undefined;
  if (lost === undefined) return setText(banner, '');
  const age = heardMsAgo === undefined ? '' : ` What you see is ${duration(heardMsAgo)} old.`;
  const words = lost.isRefused ? 'The watcher refuses this page, or its answer is no stream.' : 'Connection lost. Trying again.';
  const text = `${words}${age}`;
  if (banner.firstChild?.textContent === text) return;
  const again = lost.isRefused ? [' ', element('a', { href: '/login' }, 'Log in again')] : [];
  banner.replaceChildren(text, ...again);
}

export function showPulse({ status, reason, version, sources, sink, findingsByRule, spentToday }) {
  const health = byId('health');
  health.className = status;
  setText(health, `${status}: ${reason}`);
  byId('sources').replaceChildren(...sources.map(sourceNode));
  byId('facts').replaceChildren(...factNodes(version, sink, findingsByRule));
  byId('today').tBodies[0].replaceChildren(...spentToday.map(spentRow));
  byId('today').parentElement.hidden = spentToday.length === 0;
}

function sourceNode({ name, state, because, lastEventAt }) {
  const last = lastEventAt === null ? 'no event yet' : `last event ${new Date(lastEventAt).toLocaleTimeString()}`;
  return element('li', { class: state }, element('b', {}, name), ` ${state}${because === undefined ? '' : `: ${because}`} · ${last}`);
}

function factNodes(version, { breaker, reach, token, lastSuccessAt, blockedUntil }, findingsByRule) {
  const facts = [
    ['Mattermost', `${reach}, token ${token}`],
    ['Breaker', breaker.replace('_', '-')],
    ['Last push', lastSuccessAt === null ? 'none yet' : new Date(lastSuccessAt).toLocaleTimeString()],
    ...(blockedUntil === null ? [] : [['Rate limited until', new Date(blockedUntil).toLocaleTimeString()]]),
    ...Object.entries(findingsByRule).map(([rule, count]) => [`Findings: ${rule}`, String(count)]),
    ['Version', version],
  ];
  return facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
}

function spentRow({ agent, tokens, costUsd }) {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, agent),
    element('td', {}, amount(tokens)),
    element('td', {}, costUsd > 0 ? money(costUsd) : ''),
  );
}
