import { neededArgsOf } from '../../src/app/encoding.ts';
import { decodeFrame } from '../../src/sources/openclaw/gateway/wire.ts';
import { GatewayDecoder } from '../../src/sources/openclaw/gateway/decoder.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { readCapture } from '../../test/unit/sources/openclaw/gateway/captures.ts';
import { type Row, timesFloor } from '../contract.ts';
import { leastCpuMs } from '../harness/cpu-time.ts';
import { codeText } from '../load/lines.ts';

const TURN_CHARS = 330_000;
/** By the default settings. */
const NEEDED_ARGS = neededArgsOf({ verbosity: 'normal', toolLabelsFile: undefined, coordinator: 'general' });

/** A recorded turn with six calls, the results of its calls made longer. The floor is `JSON.parse` of the same frames. */
export const gatewayFrames: Row = {
  name: 'gateway-frames',
  title: 'frames of the gateway, a turn of 330 KB',
  run: async ({ quick }) => {
    const frames = longFrames();
    const runs = quick ? 20 : 100;
    const floor = leastCpuMs(runs, () => {
      for (const frame of frames) JSON.parse(frame);
    });
    const redact = createRedactor([]);
    const now = leastCpuMs(runs, () => decodeAll(frames, redact));
    return [timesFloor(1.5, { what: 'CPU of the turn', now, floor, unit: 'ms' })];
  },
};

function decodeAll(frames: readonly string[], redact: (text: string) => string): number {
  let events = 0;
  const nothing = (): void => undefined;
  const decoder = new GatewayDecoder({
    redact,
    now: () => Date.now(),
    after: nothing,
    emit: () => void (events += 1),
    neededArgs: NEEDED_ARGS,
    showsFailures: false,
    onUnknown: nothing,
    onSession: nothing,
    onGap: nothing,
    onRetry: nothing,
    onMissingResult: nothing,
    onRowNeeded: nothing,
  });
  for (const text of frames) {
    const frame = decodeFrame(text);
    if (frame?.kind === 'event') decoder.event(frame.event, frame.payload);
  }
  if (events === 0) throw new Error('The decoder has emitted nothing: this is not what is to be measured.');
  return events;
}

/** Texts of results, which frames carry in `content`, grow until the turn is as long as real ones are. */
function longFrames(): string[] {
  const frames = [...readCapture('mattermost-tools').values()].flat().filter(({ dir, frame }) => dir === 'in' && frame.type === 'event');
  const written = (more: number): string[] => frames.map(({ frame }) => JSON.stringify(frame, (key, value) => longer(key, value, more)));
  const charsOf = (texts: readonly string[]): number => texts.join('').length;
  const base = charsOf(written(0));
  const each = charsOf(written(1_000)) - base;
  return written((1_000 * (TURN_CHARS - base)) / each);
}

function longer(key: string, value: unknown, more: number): unknown {
  return key === 'text' && typeof value === 'string' ? value + codeText(value.length, more) : value;
}
