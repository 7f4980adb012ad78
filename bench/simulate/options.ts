// What the command line asks for. Pure.

import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Scene } from './simulate.ts';

export interface Options {
  scene: Scene;
  json: boolean;
}

const MINUTE_MS = 60_000;

interface Row {
  value: number;
  help: string;
  least: number;
  most: number;
  isWhole?: true;
}

const ROWS = {
  sessions: { value: 20, help: 'conversations', least: 1, most: 10_000, isWhole: true },
  channels: { value: 1, help: 'channels; the sessions take them in turns', least: 1, most: 10_000, isWhole: true },
  agents: { value: 5, help: 'agents; the sessions take them in turns', least: 1, most: 10_000, isWhole: true },
  hours: { value: 8, help: 'simulated hours', least: 1, most: 168, isWhole: true },
  rate: { value: 0.2, help: 'events a second of a session at work', least: 0.001, most: 100 },
  'turn-minutes': { value: 5, help: 'how long a turn takes on average', least: 0.01, most: 1_000 },
  busy: { value: 0.5, help: 'share of its time that a session is at work', least: 0.001, most: 1 },
  latency: { value: 20, help: 'milliseconds that Mattermost takes for a request on average', least: 0, most: 60_000 },
  seed: { value: 1, help: 'the same seed gives the same figures', least: 0, most: 2 ** 31, isWhole: true },
} as const satisfies Record<string, Row>;

type Name = keyof typeof ROWS;

export const HELP = `npm run -s simulate -- [options]

Plays a working day of many sessions in simulated time, with the settings that the watcher reads from the environment
(EDITS_PER_SECOND, PACE, MAX_ACTIVE_SESSIONS, CHANNEL_EDITS_PER_HOUR, VERBOSITY, OPEN_AFTER_MS, …), and prints what is sent and how late boxes are.
Nothing is sent to anybody: fold, board, publisher and budget are the real ones, Mattermost is a function that answers after a while.

${Object.entries(ROWS)
  .map(([name, { value, help }]) => `  --${name} N`.padEnd(20) + `${help} (${value})`)
  .join('\n')}
  --json            prints the figures as JSON; times are in milliseconds
  --help            prints this

Example: CHANNEL_EDITS_PER_HOUR=200 npm run -s simulate -- --sessions 20 --channels 1 --hours 8
`;

const OPTIONS: ParseArgsOptionsConfig = {
  ...Object.fromEntries(Object.keys(ROWS).map((name) => [name, { type: 'string' as const }])),
  json: { type: 'boolean' },
  help: { type: 'boolean' },
};

/** Gives the options, or words about what is wrong with them; nothing when only help is wanted. */
export function readOptions(args: readonly string[]): Options | string | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values['help'] === true) return undefined;
    const numbers = new Map(Object.entries(ROWS).map(([name, row]) => [name, numberOf(name, row, values[name])]));
    const wrong = [...numbers.values()].filter((value) => typeof value === 'string');
    if (wrong.length > 0) return wrong.join('\n');
    const of = (name: Name): number => Number(numbers.get(name));
    const habits = { rate: of('rate'), turnMs: of('turn-minutes') * MINUTE_MS, busy: of('busy') };
    const size = { sessions: of('sessions'), channels: of('channels'), agents: of('agents'), hours: of('hours') };
    return { scene: { ...size, ...habits, latencyMs: of('latency'), seed: of('seed') }, json: values['json'] === true };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function numberOf(name: string, { value, least, most, isWhole }: Row, given: unknown): number | string {
  if (given === undefined) return value;
  const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN;
  if (number >= least && number <= most && (isWhole !== true || Number.isInteger(number))) return number;
  return `--${name} must be ${isWhole === true ? 'a whole number' : 'a number'} from ${least} to ${most}, not "${String(given)}".`;
}
