import type { DecodedEvent } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';

/** One readable line per event, for goldens that a person reviews. */
export function describeEvents(events: DecodedEvent[]): string {
  return `${events.map((event) => `${new Date(event.at).toISOString().slice(11, 23)} ${describeEvent(event)}`.trimEnd()).join('\n')}\n`;
}

function describeEvent({ at: _at, ...event }: DecodedEvent): string {
  if (event.type !== 'message') return `${event.type} ${facts(event)}`;
  const { text, usage, ...rest } = event;
  const used =
    usage === undefined
      ? {}
      : { tokens: `${usage.input}+${usage.cacheWrite}+${usage.output} (cached ${usage.cacheRead})`, cost: usage.costUsd.toFixed(4) };
  return `message ${facts({ ...rest, ...used, ...(text === undefined ? {} : { text: short(text) }) })}`;
}

function facts({ type: _type, ...rest }: object & { type: string }): string {
  return Object.entries(rest)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ');
}

function short(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 100)}… (${Array.from(text).length})`;
}
