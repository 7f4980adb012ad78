// Makes elements. Text only ever becomes text nodes: nothing here, and nothing that uses it, parses HTML.

/** `attributes` with the value undefined or false are left out; `true` is an empty one. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== ''));
  return made;
}

/** Changes the text only when it is another one, so that nothing is laid out anew. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A link to a web address; anything else is shown as text. */
export function link(address, label) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return element('span', { class: 'address' }, address);
  return element('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer' }, label);
}
