// Keeps the meters and notes of a turn: a few of each, so that no source can make a turn grow. Pure.

import type { EventOf } from './event.ts';
import type { Turn, TurnMeter, TurnNote } from './session.ts';

const MOST_METERS = 8;
const MOST_NOTES = 12; // a box shows some fifteen lines
const MOST_CHARS = 1_000; // a renderer shows far fewer

/** The turn with that value of the meter, at the place of its older one. */
export function withMeter(turn: Turn, { name, used, of, unit }: EventOf<'meter_changed'>): Turn {
  const meter: TurnMeter = {
    name: bounded(name),
    used,
    ...(of === undefined ? {} : { of }),
    ...(unit === undefined ? {} : { unit: bounded(unit) }),
  };
  const { meters = [] } = turn;
  const index = meters.findIndex((known) => known.name === meter.name);
  const known = meters[index];
  if (known === undefined) return { ...turn, meters: [...meters, meter].slice(-MOST_METERS) };
  const isSame = known.used === meter.used && known.of === meter.of && known.unit === meter.unit;
  return isSame ? turn : { ...turn, meters: meters.with(index, meter) };
}

/** The turn with that note, at the place of its older text. Of too many, those go first that matter least. */
export function withNote(turn: Turn, { noteId, text, severity }: EventOf<'noted'>): Turn {
  const note: TurnNote = { noteId: bounded(noteId), text: bounded(text), severity };
  const { notes = [] } = turn;
  const index = notes.findIndex((known) => known.noteId === note.noteId);
  const known = notes[index];
  if (known === undefined) return { ...turn, notes: [...withRoom(notes), note] };
  return known.text === note.text && known.severity === severity ? turn : { ...turn, notes: notes.with(index, note) };
}

/** The notes with room for one more. */
function withRoom(notes: readonly TurnNote[]): readonly TurnNote[] {
  if (notes.length < MOST_NOTES) return notes;
  const least = notes.find(({ severity }) => severity === 'info') ?? notes[0];
  return notes.filter((note) => note !== least);
}

export function withoutNote(turn: Turn, { noteId }: EventOf<'note_removed'>): Turn {
  const notes = turn.notes?.filter((note) => note.noteId !== bounded(noteId));
  return notes === undefined || notes.length === turn.notes?.length ? turn : { ...turn, notes };
}

function bounded(text: string): string {
  return text.slice(0, MOST_CHARS);
}
