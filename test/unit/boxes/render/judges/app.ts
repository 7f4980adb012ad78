// Reads Markdown as Mattermost's mobile app does, and as plain CommonMark.

import { Parser as AppParser } from '@mattermost/commonmark';
import { type Node, Parser } from 'commonmark';
import type { Reading } from './web.ts';

const app = new AppParser({ urlFilter: () => true, minimumHashtagLength: 1 });
const standard = new Parser();

/** Everything an own line is made of; all else would be structure that somebody else's text has opened. */
const HARMLESS_NODES: ReadonlySet<string> = new Set(['document', 'paragraph', 'text', 'softbreak', 'code']);

export function readAsApp(markdown: string): Reading {
  return readTree(app.parse(markdown), 'app');
}

export function readAsStandard(markdown: string): Reading {
  return readTree(standard.parse(markdown), 'commonmark');
}

interface AnyNode {
  type: string;
  literal: string | null;
  walker(): { next(): { node: AnyNode; entering: boolean } | null };
}

function readTree(root: AnyNode | Node, who: string): Reading {
  const harms: string[] = [];
  const lines: string[] = [];
  let current = '';
  let paragraphs = 0;
  const walker = (root as AnyNode).walker();
  for (let step = walker.next(); step !== null; step = walker.next()) {
    const { node, entering } = step;
    if (entering && !HARMLESS_NODES.has(node.type)) harms.push(`${who}: ${node.type}`);
    if (node.type === 'text') current += node.literal ?? '';
    if (node.type === 'code') current += '\u0001';
    if (node.type === 'softbreak' || (node.type === 'paragraph' && !entering)) {
      lines.push(current);
      current = '';
    }
    if (node.type === 'paragraph' && !entering) paragraphs++;
  }
  return { harms, paragraphs, lines };
}

/** The texts that code spans of a Markdown line show. */
export function codeTexts(markdown: string): string[] {
  const texts: string[] = [];
  const walker = standard.parse(markdown).walker();
  for (let step = walker.next(); step !== null; step = walker.next()) {
    if (step.node.type === 'code') texts.push(step.node.literal ?? '');
  }
  return texts;
}
