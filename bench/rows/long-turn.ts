import history from '../floors/mattermost-5.37-history.json' with { type: 'json' };
import type { Row } from '../contract.ts';
import { editsOfTurn } from '../load/simulated-turn.ts';

const MINUTES = 30;
const THROTTLED_EDITS = MINUTES * 60; // every event is shown at once: they are further apart than 500 ms

/** In simulated time. Bytes are those that a real server was seen to keep for one edit of 1,500 characters. */
export const longTurn: Row = {
  name: 'long-turn',
  title: 'a turn of 30 minutes, one event a second',
  run: async () => {
    const edits = await editsOfTurn(MINUTES);
    const now = (edits * bytesOf('patch attachments 1 x 1500 chars, empty message')) / 1e6;
    const floor = (THROTTLED_EDITS * bytesOf('PUT message 1500 chars')) / 1e6;
    return [
      {
        what: 'edits, beside a fixed throttle of 500 ms',
        now: edits,
        floor: THROTTLED_EDITS,
        limit: THROTTLED_EDITS / 10,
        goal: '≤ a tenth',
        unit: '',
      },
      { what: 'history kept, beside whole messages at 500 ms', now, floor, limit: floor / 20, goal: '≤ a twentieth', unit: 'MB' },
    ];
  },
};

function bytesOf(edit: string): number {
  const row = history.storage_cost_of_one_edit.find((each) => each.edit === edit);
  if (row === undefined) throw new Error(`Nobody has measured "${edit}".`);
  return row.heap_bytes_per_edit + row.index_bytes_per_edit + row.toast_bytes_per_edit;
}
