// Turns the safe Markdown of a card into elements: code spans and code blocks, all else is text. Ages and amounts for people.

import { element } from './element.js';

const SPAN = /(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)/g;
const INDENT = '\u2003';

/** The nodes of one line, without its indentation. */
export function lineNodes(line) {
  const nodes = [];
  let from = 0;
  for (const span of line.matchAll(SPAN)) {
    nodes.push(line.slice(from, span.index), element('code', {}, spanText(span[2])));
    from = span.index + span[0].length;
  }
  nodes.push(line.slice(from));
  return nodes.filter((node) => node !== '');
}

/** A border of one blank stands for nothing. */
function spanText(text) {
  return text.startsWith(' ') && text.endsWith(' ') && text.trim() !== '' ? text.slice(1, -1) : text;
}

/** How deep a line is below the turn: two indents a level. */
export function depthOf(line) {
  let indents = 0;
  while (line[indents] === INDENT) indents += 1;
  return Math.floor(indents / 2);
}

export function unindented(line) {
  return line.replace(/^\u2003+/, '');
}

/** `42 s`, `3 min`, `2 h 5 min`, `3 d`. */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** `950`, `12.3k`, `4.0M`. */
export function amount(tokens) {
  if (tokens < 1_000) return String(tokens);
  return tokens < 1_000_000 ? `${(tokens / 1_000).toFixed(1)}k` : `${(tokens / 1_000_000).toFixed(1)}M`;
}

export function money(usd) {
  return `$${usd.toFixed(2)}`;
}
