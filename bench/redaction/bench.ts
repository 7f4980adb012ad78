// Measures what redaction costs: a line of ordinary text, and texts up to a megabyte of nothing but what makes a detector look.
// Time of this process, so that other work on the machine counts less. Usage: node bench/redaction/bench.ts

import { createRedactor, redactThenCut } from '../../src/core/redact.ts';
import { ordinaryLines } from '../../test/unit/redact/ordinary.ts';

const LINES = 20_000;
const SHOWN_POINTS = 300; // as much as is kept of an argument
const SIZES = [10_000, 100_000, 1_000_000];
const ROUNDS = 5;
const PIECES = [
  'ordinary words of a log ',
  'aB3.',
  '-----BEGIN PRIVATE KEY-----',
  'password="',
  'the token is ',
  'пароль ',
  '://a:b@\n',
  'curl -u a:b ',
  'curl -u ',
  'secret ',
  'API_KEY=',
  'YWRtaW46VHIwdWI0ZG9yLXg5S3E=',
  '\\u0061',
  '| password | a |\n',
];

const redact = createRedactor(['a-configured-token-0123456789']);

function cpuMs(work: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(startedAt);
    return (user + system) / 1_000; // the kernel knows the sum better than its parts
  });
  return Math.min(...times);
}

const lines = ordinaryLines(LINES, 5);
const perLine = cpuMs(() => {
  for (const line of lines) redact(line);
});
console.log(`ordinary text: ${((1_000 * perLine) / LINES).toFixed(1)} µs a line`);
for (const piece of PIECES) {
  const figures = SIZES.map((size) => {
    const text = piece.repeat(Math.ceil(size / piece.length));
    const shown = cpuMs(() => redactThenCut(text, SHOWN_POINTS, redact));
    const json = JSON.stringify(text);
    const parsed = cpuMs(() => JSON.parse(json));
    return `${size / 1_000} KB ${shown.toFixed(2)} ms (JSON.parse ${parsed.toFixed(2)} ms)`;
  });
  console.log(`${JSON.stringify(piece)}: ${figures.join(', ')}`);
}
