// What a follower must know about the format of transcripts. Lines are decoded in decode-transcript.ts.

import { asRecord, asText, parseJson } from '../../../core/json-guards.ts';
import type { Decoded, Entry, LogFormat } from '../../../files/log-format.ts';
import { hashKeyOf } from '../../../files/seen-entries.ts';
import type { DecodedEvent, DecodedLine } from '../decoding/decoded-event.ts';
import { isArchiveOf } from './file-name.ts';
import { wholeEntries } from './whole-entries.ts';

const ID_NEAR_START = /^\{"type":"([a-z_]{1,40})",(?:"version":\d{1,4},)?"id":"([^"\\]{1,128})"/;

/** The format of transcripts whose lines are decoded by the decoders of `newDecoder`. */
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

/** 2026.2.26 removes quiet heartbeats from the file again. Nobody saw them. */
function hidingHeartbeats(decode: (line: string) => DecodedLine): (line: string) => Decoded<DecodedEvent> {
  let isHeartbeat = false;
  return (line) => {
    const { events } = decode(line);
    for (const event of events)
      if (event.type === 'turn_started' && event.trigger.kind !== 'recovery') isHeartbeat = event.trigger.kind === 'heartbeat';
    return { events, isHidden: isHeartbeat };
  };
}

/** A torn piece may contain the id of an entry that is written again later. */
function entriesOf(line: string): Entry[] {
  return wholeEntries(line).map(({ text, isTorn }) => ({ text, key: isTorn ? hashKeyOf(text) : keyOf(text) }));
}

/** The header gets a prefix, because its id is the session's and could equal that of an entry. */
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

/** The timestamp of a whole line comes before its message. */
function writtenAt(line: string): number | undefined {
  const at = Date.parse(/"timestamp":"([^"\\]{10,40})"/.exec(line)?.[1] ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** Announcements and recoveries continue the previous turn. */
export function opensTurn(event: DecodedEvent): boolean {
  return event.type === 'turn_started' && event.trigger.kind !== 'announce' && event.trigger.kind !== 'recovery';
}

/** Whether the last event of the run is its end. */
function hasEnded(events: readonly DecodedEvent[]): boolean {
  for (const event of events.toReversed()) {
    if (event.type === 'run_ended') return true;
    if (event.type === 'message' && event.injected !== true) return event.stop !== 'tools' && event.stop !== 'error';
    if (event.type === 'turn_started' || event.type === 'tool_started' || event.type === 'tool_ended') return false;
  }
  return true;
}
