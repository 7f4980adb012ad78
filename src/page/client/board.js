// Keeps the boxes on the page equal to the picture, with as few changes as that takes. Owns what is folded and where the focus is.

import { drawBox } from './box.js';
import { setText } from './element.js';
import { matches } from './filters.js';
import { inOrder, PARTS, partOf } from './picture.js';
import { duration } from './text.js';

const COMPACT_FROM = 10; // boxes at work or waiting

export class Board {
  #nodesById = new Map();
  /** What the reader has opened or folded by hand. */
  #openById = new Map();
  #foldedTreesById = new Map();
  #lists = Object.fromEntries(PARTS.map((part) => [part, document.getElementById(part)]));

  constructor() {
    document.querySelector('main').addEventListener('click', ({ target }) => {
      if (target.closest('.fold') !== null) this.toggle(target.closest('article').dataset.id);
    });
    document.querySelector('main').addEventListener('toggle', ({ target }) => this.#noteTree(target), { capture: true });
  }

  show(picture, filter) {
    this.picture = picture;
    this.filter = filter;
    const boxes = inOrder(picture.boxes().filter((box) => matches(box, filter)));
    const isCompact = boxes.filter(({ final }) => !final).length >= COMPACT_FROM;
    const shown = new Set(boxes.map(({ id }) => id));
    for (const [id, { node }] of this.#nodesById) if (!shown.has(id)) this.#drop(id, node);
    this.#forgetGone(picture);
    for (const part of PARTS)
      this.#place(
        part,
        boxes.filter((box) => partOf(box) === part),
        isCompact,
      );
    document.getElementById('empty').hidden = boxes.length > 0;
    return boxes;
  }

  toggle(id) {
    const known = this.#nodesById.get(id);
    if (known === undefined) return;
    this.#openById.set(id, !known.isOpen);
    this.show(this.picture, this.filter);
    this.tick(this.now);
  }

  /** Moves the focus to another box. */
  move(by) {
    const nodes = [...document.querySelectorAll('main article')];
    const at = nodes.indexOf(document.activeElement?.closest('article'));
    nodes[Math.min(nodes.length - 1, Math.max(0, at === -1 ? 0 : at + by))]?.focus();
  }

  /** Sets the text of every age. */
  tick(now) {
    this.now = now;
    for (const node of document.querySelectorAll('main time')) {
      const ms = node.dataset.kind === 'left' ? Number(node.dataset.at) - now : now - Number(node.dataset.at);
      setText(node, duration(ms));
    }
  }

  #place(part, boxes, isCompact) {
    const list = this.#lists[part];
    const nodes = boxes.map((box) => this.#nodeOf(box, isCompact)); // all, before one is placed: a node may take the place of another
    let next = list.firstElementChild;
    for (const node of nodes) {
      if (node === next) next = next.nextElementSibling;
      else list.insertBefore(node, next);
    }
    list.parentElement.hidden = boxes.length === 0;
  }

  #nodeOf(box, isCompact) {
    const known = this.#nodesById.get(box.id);
    const isOpen = this.#openById.get(box.id) ?? !(isCompact || box.final);
    if (known !== undefined && known.box === box && known.isOpen === isOpen) return known.node;
    const node = drawBox(box, { isOpen, foldedTrees: this.#foldedTreesById.get(box.id) ?? new Set() });
    if (known !== undefined) replace(known.node, node);
    this.#nodesById.set(box.id, { box, isOpen, node });
    return node;
  }

  #drop(id, node) {
    node.remove();
    this.#nodesById.delete(id);
  }

  #forgetGone({ boxesById }) {
    for (const byId of [this.#openById, this.#foldedTreesById]) for (const id of byId.keys()) if (!boxesById.has(id)) byId.delete(id);
  }

  #noteTree(target) {
    const id = target.closest('article')?.dataset.id;
    if (id === undefined || target.dataset.tree === undefined) return;
    const folded = this.#foldedTreesById.get(id) ?? new Set();
    if (target.open) folded.delete(Number(target.dataset.tree));
    else folded.add(Number(target.dataset.tree));
    this.#foldedTreesById.set(id, folded);
  }
}

/** Keeps the focus where it was, as far as the new box has such a place. */
function replace(old, node) {
  const { activeElement } = document;
  const hadFocus = old.contains(activeElement);
  const place = hadFocus ? [...old.querySelectorAll('button, a, summary')].indexOf(activeElement) : -1;
  old.replaceWith(node);
  if (hadFocus) (place === -1 ? node : ([...node.querySelectorAll('button, a, summary')][place] ?? node)).focus({ preventScroll: true });
}
