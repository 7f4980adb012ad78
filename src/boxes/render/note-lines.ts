// Draws the notes and meters of a turn. What people should see of them is dropped last. Pure.

import type { Severity } from '../../core/event.ts';
import type { Turn, TurnMeter, TurnNote } from '../../core/session.ts';
import { codeSpan } from '../../text/neutralise.ts';
import { redactThenCut } from '../../text/redact.ts';
import { oneLine } from '../../text/text.ts';
import { formatCount } from './amounts.ts';
import { isNearlyFull } from './colors.ts';
import type { BoxLine } from './newest-lines.ts';
import type { RenderOptions } from './render-options.ts';
import { draw, foreign, foreignName, ours, type Wording } from './wording.ts';

const MAX_NOTE_POINTS = 200;
const MAX_NAME_POINTS = 40;
const MAX_UNIT_POINTS = 12;
const NO_WORD = /[^\p{L}\p{N}]+/gu; // with a bracket of ours behind it a colon would be an emoticon
const BAR_CELLS = 10;
const MOST_PERCENT = 999; // a limit of 1 may be overrun by anything

/** Notes in the order in which they came, then meters; with `isBrief` only those that matter. */
export function noteLines(
  { notes = [], meters = [] }: Turn,
  depth: number,
  options: Pick<RenderOptions, 'redact'> & { isBrief: boolean },
): BoxLine[] {
  const lines = [
    ...notes.map((note) => lineOf(noteText(note, options), note.severity !== 'info', depth)),
    ...meters.map((meter) => lineOf(meterText(meter, options), isNearlyFull(fullnessOf(meter)), depth)),
  ];
  return lines.filter(({ kind }) => !options.isBrief || kind === 'failure');
}

/** How full the fullest meter is, 1 for one that is full. */
export function fullestOf({ meters = [] }: Turn): number {
  return Math.max(0, ...meters.map(fullnessOf));
}

function lineOf(wording: Wording, isWarning: boolean, depth: number): BoxLine {
  return { wording, depth, kind: isWarning ? 'failure' : 'plain', weight: 1 };
}

const MARK_OF_SEVERITY: Record<Severity, string> = { info: '· ', warning: '[WARNING] ', critical: '[CRITICAL] ' };

function noteText({ text, severity }: TurnNote, { redact }: Pick<RenderOptions, 'redact'>): Wording {
  return ours(MARK_OF_SEVERITY[severity], foreign(oneLine(redactThenCut(text, MAX_NOTE_POINTS, redact))));
}

/** `Budget ███████░░░ 72 % (7,200/10,000)`; without a limit `Messages 12`, `Cost $0.12`. */
function meterText(meter: TurnMeter, { redact }: Pick<RenderOptions, 'redact'>): Wording {
  const withUnit = unitOf(redact(meter.unit ?? ''));
  const name = meterName(redact(meter.name));
  if (!hasLimit(meter)) return ours(name, ' ', ...withUnit(formatCount(meter.used)));
  const amounts = withUnit(`${formatCount(meter.used)}/${formatCount(meter.of)}`);
  return ours(name, ` ${barOf(fullnessOf(meter))} (`, ...amounts, ')');
}

/** Puts the unit where people write it. */
function unitOf(unit: string): (amount: string) => Wording {
  if (unit === '$') return (amount) => [`$${amount}`];
  const shown = foreignName(unit.replaceAll(NO_WORD, ' '), MAX_UNIT_POINTS);
  return (amount) => (shown === '' ? [amount] : [`${amount} `, shown]);
}

/** Only a single word may begin a line as it is: several could look like a sentence of ours. */
function meterName(name: string): Wording[number] {
  const shown = foreignName(name.replaceAll(':', ' '), MAX_NAME_POINTS, 'meter');
  return /\s/.test(draw([shown], 'later')) ? codeSpan(draw([shown], 'later')) : shown;
}

/** Full, and 100 %, only when nothing is left. */
function barOf(fullness: number): string {
  const cells = Math.min(BAR_CELLS, Math.floor(fullness * BAR_CELLS));
  return `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} ${Math.min(MOST_PERCENT, Math.floor(fullness * 100))} %`;
}

function hasLimit(meter: TurnMeter): meter is TurnMeter & { of: number } {
  return meter.of !== undefined && meter.of > 0 && Number.isFinite(meter.of);
}

/** A number that makes no sense is no use at all. */
function fullnessOf(meter: TurnMeter): number {
  if (!hasLimit(meter) || !Number.isFinite(meter.used)) return 0;
  return Math.max(0, meter.used / meter.of);
}
