// Which boxes are shown. The filter is in the address, so that a view can be linked.

import { element } from './element.js';

const NAMES = ['q', 'agent', 'channel', 'source', 'state'];

export function filterFromAddress(search) {
  const asked = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, asked.get(name) ?? '']));
}

export function addressOf(filter) {
  const asked = new URLSearchParams(NAMES.flatMap((name) => (filter[name] === '' ? [] : [[name, filter[name]]])));
  return asked.size === 0 ? location.pathname : `?${asked}`;
}

export function matches(box, filter) {
  if (NAMES.slice(1).some((name) => filter[name] !== '' && (box[name] ?? 'direct') !== filter[name])) return false;
  const wanted = filter.q.toLowerCase();
  if (wanted === '') return true;
  return [box.title, box.agent, box.name ?? '', box.channel ?? 'direct', ...box.lines].some((text) => text.toLowerCase().includes(wanted));
}

/** The choices of each list are what there is, and what is chosen. */
export function updateChoices(form, boxes, filter) {
  for (const name of NAMES.slice(1)) {
    const list = form.elements.namedItem(name);
    const values = new Set([filter[name], ...boxes.map((box) => box[name] ?? 'direct')].filter((value) => value !== ''));
    const wanted = ['', ...[...values].toSorted()];
    if ([...list.options].map(({ value }) => value).join('\n') !== wanted.join('\n'))
      list.replaceChildren(...wanted.map((value) => element('option', { value }, value === '' ? 'all' : value)));
    list.value = filter[name];
  }
  const text = form.elements.namedItem('q');
  if (text.value !== filter.q) text.value = filter.q;
}
