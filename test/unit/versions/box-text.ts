// What boxes show in the end, as the harness writes it: without times and figures. Pure.

import type { SessionEvent } from '../../../src/core/event.ts';
import { withoutFigures } from '../../openclaw/expected-lines.ts';
import { describeBoxes } from '../sources/openclaw/gateway/boxes.ts';
import type { TrueBox } from './play-frames.ts';

const AT_LAST = 'at last ';
const TITLE = /^(\[[A-Z]+\](?: [^|]+\|)? main \|)/;

export function shownAtLast(events: readonly SessionEvent[], endedAt: number): TrueBox[] {
  const boxes = describeBoxes(events, endedAt)
    .split(/^box \d+.*\n/m)
    .slice(1);
  return boxes.map((box) => {
    const [title = '', ...lines] = box
      .slice(box.indexOf(AT_LAST) + AT_LAST.length)
      .trimEnd()
      .split('\n');
    return { title: TITLE.exec(title)?.[1] ?? title, lines: withoutFigures(lines.map((line) => line.slice(4))) };
  });
}
