// Which boxes are shown. The filter is in the address, so that a view can be linked.

import { element } from './element.js';

const NAMES = ['q', 'agent', 'channel', 'source', 'state', 'gateway'];
const ABSENT = { channel: 'direct', gateway: 'none' };

export function filterFromAddress(search) {
  const asked = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, asked.get(name) ?? '']));
}

export function addressOf(filter) {
  const asked = new URLSearchParams(NAMES.flatMap((name) => (filter[name] === '' ? [] : [[name, filter[name]]])));
  return asked.size === 0 ? location.pathname : `?${asked}`;
}

export function matches(box, filter) {
  if (NAMES.slice(1).some((name) => filter[name] !== '' && valueOf(box, name) !== filter[name])) return false;
  const wanted = filter.q.toLowerCase();
  if (wanted === '') return true;
  return [box.title, box.agent, box.name ?? '', box.gateway ?? '', valueOf(box, 'channel'), ...box.lines].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

function valueOf(box, name) {
  return box[name] ?? ABSENT[name];
}

/** The choices of each list are what there is, and what is chosen. That of gateways shows where there are several. */
export function updateChoices(form, boxes, filter) {
  for (const name of NAMES.slice(1)) {
    const list = form.elements.namedItem(name);
    const values = new Set([filter[name], ...boxes.map((box) => valueOf(box, name))].filter((value) => value !== ''));
    const wanted = ['', ...[...values].toSorted()];
    if ([...list.options].map(({ value }) => value).join('\n') !== wanted.join('\n'))
      list.replaceChildren(...wanted.map((value) => element('option', { value }, value === '' ? 'all' : value)));
    list.value = filter[name];
    if (name === 'gateway') list.parentElement.hidden = values.size < 2 && filter.gateway === '';
  }
  const text = form.elements.namedItem('q');
  if (text.value !== filter.q) text.value = filter.q;
}
