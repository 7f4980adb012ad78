// The format of transcripts, as far as following them needs it. Owns no file; what lines say is decoded elsewhere.

import { asRecord, asText, parseJson } from '../../../core/json-guards.ts';
import type { Decoded, Entry, LogFormat } from '../../../files/log-format.ts';
import { hashKeyOf } from '../../../files/seen-entries.ts';
import type { DecodedEvent, DecodedLine } from '../decoding/decoded-event.ts';
import { isArchiveOf } from './file-name.ts';
import { wholeEntries } from './whole-entries.ts';

const ID_NEAR_START = /^\{"type":"([a-z_]{1,40})",(?:"version":\d{1,4},)?"id":"([^"\\]{1,128})"/;

/** Transcripts whose lines are decoded by what `newDecoder` gives. */
export function transcriptFormat(newDecoder: () => (line: string) => DecodedLine): LogFormat<DecodedEvent> {
  return {
    newDecoder: () => hidingHeartbeats(newDecoder()),
    entriesOf,
    writtenAt,
    opens: opensTurn,
    hasEnded,
    isLaterName: isArchiveOf,
  };
}

/** 2026.2.26 takes quiet heartbeats out of the file again; nobody saw them. */
function hidingHeartbeats(decode: (line: string) => DecodedLine): (line: string) => Decoded<DecodedEvent> {
  let isHeartbeat = false;
  return (line) => {
    const { events } = decode(line);
    for (const event of events)
      if (event.type === 'turn_started' && event.trigger.kind !== 'recovery') isHeartbeat = event.trigger.kind === 'heartbeat';
    return { events, isHidden: isHeartbeat };
  };
}

/** A torn piece may show the id of an entry that is written again in whole. */
function entriesOf(line: string): Entry[] {
  return wholeEntries(line).map(({ text, isTorn }) => ({ text, key: isTorn ? hashKeyOf(text) : keyOf(text) }));
}

/** The header is told apart from entries because its id is the session's. */
function keyOf(line: string): string {
  const found = ID_NEAR_START.exec(line);
  const { type, id } = found === null ? idByParsing(line) : { type: found[1], id: found[2] };
  if (id === undefined) return hashKeyOf(line);
  return type === 'session' ? `session:${id}` : id;
}

function idByParsing(line: string): { type: string | undefined; id: string | undefined } {
  const entry = asRecord(parseJson(line));
  return { type: asText(entry?.['type']), id: asText(entry?.['id'])?.slice(0, 128) };
}

/** The instant of a whole line stands in front of its message. */
function writtenAt(line: string): number | undefined {
  const at = Date.parse(/"timestamp":"([^"\\]{10,40})"/.exec(line)?.[1] ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** Announcements and recoveries go on with the turn before them. */
export function opensTurn(event: DecodedEvent): boolean {
  return event.type === 'turn_started' && event.trigger.kind !== 'announce' && event.trigger.kind !== 'recovery';
}

/** Whether the newest thing a run did was to end. */
function hasEnded(events: readonly DecodedEvent[]): boolean {
  for (const event of events.toReversed()) {
    if (event.type === 'run_ended') return true;
    if (event.type === 'message' && event.injected !== true) return event.stop !== 'tools' && event.stop !== 'error';
    if (event.type === 'turn_started' || event.type === 'tool_started' || event.type === 'tool_ended') return false;
  }
  return true;
}
