import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Row } from '../contract.ts';

const SCRIPT = fileURLToPath(new URL('../simulate/day.ts', import.meta.url));
const FIRST = 2; // in the first hours caches fill
const GROWN_PERCENT = 5;

/** In simulated time, ten sessions at once and ten new ones each hour, with the real fold, board, publisher and store. */
export const day: Row = {
  name: 'day',
  title: '24 h of work',
  run: async ({ place, quick, tell }) => {
    tell('simulates it in one process');
    const child = place.node(['--expose-gc', SCRIPT, place.folder('day'), quick ? '4' : '24'], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('The simulation says nothing.');
    const heaps = (await text(child.stdout)).trim().split('\n').map(Number);
    const settled = heaps.slice(FIRST);
    const grown = (100 * slopeOf(settled) * settled.length) / mean(settled);
    return [
      { what: 'memory that is still used at its end', now: heaps.at(-1) ?? Number.NaN, floor: heaps[0] ?? Number.NaN, unit: 'MiB' },
      { what: 'growth of it by the trend of the hours', now: grown, limit: GROWN_PERCENT, unit: '%' },
    ];
  },
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Per step, by least squares. */
function slopeOf(values: readonly number[]): number {
  const [middle, average] = [(values.length - 1) / 2, mean(values)];
  const [above, below] = values.reduce(
    ([up, down], value, index) => [up + (index - middle) * (value - average), down + (index - middle) ** 2],
    [0, 0],
  );
  return above / below;
}
