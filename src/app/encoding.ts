// Configures the renderer and the encoders: tool labels, verbosity, style and sizes.

import { encodeAttachment } from '../boxes/render/encode-attachment.ts';
import { BUILT_IN_LABELS, decodeToolLabels, mergeLabels, type ToolLabels } from '../boxes/render/tool-labels.ts';
import { encodeMessage } from '../boxes/render/encode-message.ts';
import type { OverviewMeta } from '../boxes/overview/overview-record.ts';
import type { LiveStatusMeta } from '../boxes/publish/post-meta.ts';
import type { Shrink } from '../boxes/publish/publisher-ports.ts';
import { headOf, renderCard } from '../boxes/render/render-card.ts';
import type { RenderOptions } from '../boxes/render/render-options.ts';
import { neededArgs } from '../boxes/render/needed-args.ts';
import { readLabelsFile } from '../config/labels-file.ts';
import type { Config } from '../config/config.ts';
import type { Card, Sketch } from '../core/card.ts';
import type { Logger } from '../core/log.ts';
import { OUR_MARK } from '../text/neutralise.ts';
import { cachedRedactor } from '../text/redact-cache.ts';
import type { JudgedTree } from '../core/status.ts';
import type { PostBody } from '../core/sink.ts';

// Newer servers allow props of 800,000 characters and requests of 300,000 bytes. Old ones allow 8,000, of which they use some. Proxies vary.
const PROPS_CHARS: Record<Shrink, number> = { 0: 40_000, 1: 7_500, 2: 3_000 };
const SHRUNK_MESSAGE_CHARS: Record<Exclude<Shrink, 0>, number> = { 1: 4_000, 2: 2_000 }; // 4,000 was Mattermost's limit before 5.0
const MESSAGE_MARGIN_CHARS = 100; // below the server's limit on one message

/** What is said in a box beside its turn. */
export type Marks = Pick<RenderOptions, 'violations' | 'remarks' | 'badge'>;

/**
 * Renders a turn with the configured labels, lines and verbosity, and with the marks that its box has when it is drawn. A text that is
 * rendered again is not redacted again.
 */
export function rendererOf(
  config: Pick<Config, 'verbosity' | 'maxStatusLines' | 'toolLabelsFile'>,
  redact: (text: string) => string,
  log: Logger,
  marksOf: (boxId: string) => Marks = () => ({}),
): (tree: JudgedTree) => Sketch {
  const options = {
    verbosity: config.verbosity,
    maxLines: config.maxStatusLines,
    labels: toolLabels(config.toolLabelsFile, (problem, fields) => log.warn(fields, problem)),
    redact: cachedRedactor(redact),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  return (tree) => ({
    head: headOf(tree, marksOf(tree.turn.boxId)),
    draw: () => renderCard(tree, { ...options, ...marksOf(tree.turn.boxId) }),
  });
}

/** What a post of ours says about itself. */
type OwnMeta = LiveStatusMeta | OverviewMeta;

/** Encodes a card in the configured style; `maxPostChars` is the server's own limit once it is known. */
export function encoderOf(config: Config, maxPostChars: () => number | undefined): (card: Card, meta: OwnMeta, shrink: Shrink) => PostBody {
  const whole = (card: Card, meta: OwnMeta): Card => withPredecessor(card, meta, config.mmUrl);
  if (config.boxStyle === 'attachment') {
    return (card, meta, shrink) => encodeAttachment(whole(card, meta), meta, { maxPropsChars: PROPS_CHARS[shrink] });
  }
  return (card, meta, shrink) => {
    const serverChars = (maxPostChars() ?? config.maxMessageChars + MESSAGE_MARGIN_CHARS) - MESSAGE_MARGIN_CHARS;
    const maxMessageChars = shrink === 0 ? Math.min(config.maxMessageChars, serverChars) : SHRUNK_MESSAGE_CHARS[shrink];
    return encodeMessage(whole(card, meta), meta, { maxMessageChars });
  };
}

/** A post that replaces another one links to it. The link is in a code span, because newer servers draw no links in our posts. */
function withPredecessor(card: Card, meta: OwnMeta, mmUrl: string): Card {
  if (!('replaces' in meta)) return card;
  const line = `${OUR_MARK} the end of a box whose post Mattermost does not let be edited any more: \`${mmUrl}/_redirect/pl/${meta.replaces}\``;
  return { ...card, lines: [...card.lines, line] };
}

/** Of the arguments of a tool's call, by their names, those that somebody looks at. */
export function neededArgsOf({
  verbosity,
  toolLabelsFile,
  coordinator,
}: Pick<Config, 'verbosity' | 'toolLabelsFile' | 'coordinator'>): (tool: string, names: readonly string[]) => readonly string[] {
  if (coordinator === 'governed') return (_, names) => names; // its rules judge a call by all of them
  const labels = toolLabels(toolLabelsFile);
  return (tool, names) => neededArgs({ labels, verbosity }, tool, names);
}

function toolLabels(path: string | undefined, onProblem?: (problem: string, fields: { path: string }) => void): ToolLabels {
  if (path === undefined) return BUILT_IN_LABELS;
  const read = readLabelsFile(path);
  if ('wrong' in read) return BUILT_IN_LABELS; // the file was valid a moment ago and has changed since
  const { labels, problems } = decodeToolLabels(read.value);
  for (const problem of problems) onProblem?.(problem, { path });
  return mergeLabels(labels);
}
