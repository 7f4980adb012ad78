import { createRedactor, redactThenCut } from '../../src/text/redact.ts';
import { GROWTH_PIECES, grown } from '../../test/unit/text/growth-pieces.ts';
import { ordinaryLines } from '../../test/unit/text/ordinary.ts';
import type { Row } from '../contract.ts';
import { leastCpuMs } from '../harness/cpu-time.ts';

const US_PER_MS = 1_000;
const SHOWN_POINTS = 300; // as much as is kept of an argument
const SMALL_KB = 100;
const BIG_KB = 1_000;

/** What makes detectors look is repeated to 100 KB and to 1 MB. The floor is a sum over the same characters. */
export const redaction: Row = {
  name: 'redaction',
  title: 'redaction',
  run: async ({ quick, tell }) => {
    const redact = createRedactor(['a-configured-token-0123456789']);
    const lines = ordinaryLines(10_000, 5);
    const ordinaryKB = lines.join('').length / 1_000;
    const ordinaryMs = leastCpuMs(quick ? 3 : 15, () => {
      for (const line of lines) redact(line);
    });
    tell(`${GROWTH_PIECES.length} hostile patterns`);
    const hostile = GROWTH_PIECES.map((piece) => {
      const perKB = (kB: number): number => {
        const text = grown(piece, kB * 1_000);
        return leastCpuMs(quick ? 3 : 10, () => redactThenCut(text, SHOWN_POINTS, redact)) / kB;
      };
      return { small: perKB(SMALL_KB), big: perKB(BIG_KB) };
    });
    const slowest = Math.max(...hostile.map(({ small }) => small));
    const slowestBig = Math.max(...hostile.map(({ big }) => big));
    const perKB = { floor: sumUsPerKB(lines.join('')), unit: 'µs' };
    return [
      { what: 'ordinary text, per KB', now: (US_PER_MS * ordinaryMs) / ordinaryKB, ...perKB },
      { what: 'slowest hostile pattern, per KB of 100', now: US_PER_MS * slowest, limit: 10, ...perKB },
      { what: 'slowest hostile pattern, per KB of 1,000', now: US_PER_MS * slowestBig, limit: 10, ...perKB },
    ];
  },
};

function sumUsPerKB(text: string): number {
  let sum = 0;
  const add = (): void => {
    for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0;
  };
  return (US_PER_MS * leastCpuMs(15, add)) / (text.length / 1_000);
}
