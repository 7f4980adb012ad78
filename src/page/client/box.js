// Draws one box. What is folded and what is open comes in as an argument, so that a box can be drawn anew at any time.

import { element, link } from './element.js';
import { hasFailed, partOf } from './picture.js';
import { amount, depthOf, lineNodes, money, unindented } from './text.js';

const WAIT_WORDS = { approval: 'an approval', answer: 'an answer', review: 'a review', gate: 'a decision' };
let serial = 0;

/** `isOpen`: its lines show. `foldedTrees`: the blocks of sub-agents that are folded, by their number. */
export function drawBox(box, { isOpen, foldedTrees }) {
  serial += 1;
  const name = `t${serial}`;
  const classes = ['box', partOf(box), hasFailed(box) ? 'failed' : undefined, isOpen ? 'open' : 'compact'].filter(Boolean);
  const made = element(
    'article',
    { class: classes.join(' '), 'data-id': box.id, tabindex: '0', 'aria-labelledby': name },
    element(
      'h3',
      {},
      element('button', { id: name, type: 'button', class: 'fold', 'aria-expanded': String(isOpen) }, ...lineNodes(box.title)),
    ),
    ...box.waits.map(waitNode),
    factsNode(box),
    isOpen && box.lines.length > 0 ? element('div', { class: 'lines' }, ...treeNodes(box.lines, foldedTrees)) : undefined,
  );
  if (/^#[0-9a-f]{6}$/i.test(box.color)) made.style.setProperty('--bar', box.color);
  return made;
}

function waitNode({ on, since, until, link: address }) {
  return element(
    'p',
    { class: 'wait' },
    'has waited ',
    time(since),
    ` for ${WAIT_WORDS[on] ?? 'somebody'}`,
    ...(until === undefined ? [] : [', ', time(until, 'left'), ' left']),
    ...(address === undefined ? [] : [' · ', link(address, 'Answer')]),
  );
}

function factsNode(box) {
  const facts = [
    box.name === undefined ? box.agent : `${box.agent} · ${box.name}`,
    box.channel ?? 'direct',
    box.gateway,
    box.source,
    box.tokens > 0 ? `${amount(box.tokens)} tokens` : undefined,
    box.costUsd > 0 ? money(box.costUsd) : undefined,
    box.subAgents > 0 ? `${box.subAgents} sub-agent${box.subAgents === 1 ? '' : 's'}` : undefined,
  ];
  const words = facts.filter((fact) => fact !== undefined);
  return element(
    'p',
    { class: 'facts' },
    box.isLoop ? element('strong', { class: 'loop' }, 'loop') : undefined,
    box.findings > 0 ? element('span', { class: 'finding' }, `${box.findings} finding${box.findings === 1 ? '' : 's'}`) : undefined,
    ...words.map((word) => element('span', {}, word)),
    box.final ? element('span', {}, 'ended ', time(box.endedAt), ' ago') : element('span', {}, 'last sign ', time(box.lastEventAt), ' ago'),
    box.link === undefined ? undefined : link(box.link, 'Post'),
  );
}

/** Its text is set every second; `left` counts down. */
function time(at, kind = 'since') {
  return element('time', { datetime: new Date(at).toISOString(), 'data-at': at, 'data-kind': kind });
}

/** The lines below a line that are deeper than it, as a block that folds. */
function treeNodes(lines, foldedTrees, counter = { blocks: 0 }) {
  const nodes = [];
  for (let at = 0; at < lines.length; at += 1) {
    const depth = depthOf(lines[at]);
    let end = at + 1;
    while (end < lines.length && depthOf(lines[end]) > depth) end += 1;
    if (end === at + 1) nodes.push(lineNode(lines[at]));
    else nodes.push(blockNode(lines.slice(at, end), foldedTrees, counter));
    at = end - 1;
  }
  return nodes;
}

function blockNode([head, ...below], foldedTrees, counter) {
  const number = counter.blocks;
  counter.blocks += 1;
  return element(
    'details',
    { class: 'tree', 'data-tree': number, open: !foldedTrees.has(number) },
    element('summary', {}, ...lineNodes(unindented(head))),
    ...treeNodes(below, foldedTrees, counter),
  );
}

function lineNode(line) {
  const block = /^(?:(.*)\n)?```\n([\s\S]*)\n```$/.exec(line);
  if (block === null) return element('p', { class: 'line' }, ...lineNodes(unindented(line)));
  return element('div', { class: 'line' }, ...lineNodes(block[1] ?? ''), element('pre', {}, block[2]));
}
