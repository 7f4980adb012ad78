// The command line of `npm run test-openclaw`. Pure.

import { parseArgs } from 'node:util';
import type { Decoded } from './command.ts';
import { PARTS, partsByDefault, partsOf } from './parts.ts';
import { type OpenClawVersion, VERSIONS } from './versions.ts';

/** One version and what is done with it. */
export interface Run {
  wanted: OpenClawVersion;
  parts: readonly string[];
}

/** What is to be done, as asked for. */
export interface Wishes {
  runs: readonly Run[];
  /** One way of watching instead of all. */
  watcher?: string;
  /** OpenClaw's own preview. */
  streaming?: string;
  cache?: string;
  /** A folder for the frames and files of the seven turns. */
  record?: string;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = { only: text, all: flag, part: text, watcher: text, streaming: text, cache: text, record: text, help: flag };
const WATCHERS = ['files', 'gateway', 'both', 'found'];
const STREAMING = ['off', 'partial', 'block', 'progress'];

/** What `--help` prints. */
export const HELP = `npm run test-openclaw -- [options]

Runs real OpenClaw gateways, installed from npm, with real watchers, and compares each box with what really happened.
Without options: ${runsOf({})
  .map(({ wanted, parts }) => `${wanted.version} (${parts.join(', ')})`)
  .join('; ')}.

  --only <version>      one version: ${namesOf(VERSIONS)}
  --all                 the seven turns with all of them, and the table of what was right
  --part <part>         one part: ${Object.keys(PARTS).join(', ')}
  --watcher <watcher>   one way of watching: ${WATCHERS.join(', ')}
  --streaming <mode>    with this preview of OpenClaw's plugin: ${STREAMING.join(', ')}
  --cache <folder>      installations are kept there instead of in .cache/openclaw
  --record <folder>     write down the frames and files of the seven turns there
  --help

Ends with 0 when every check passed, 1 when one failed, 64 when an option is wrong.
`;

/** Never throws. */
export function decodeArguments(args: readonly string[]): Decoded<Wishes> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { help, only, all, part, ...rest } = values;
    if (help === true) return { kind: 'help' };
    const because = [
      only === undefined
        ? undefined
        : unless(
            VERSIONS.some(({ version }) => version === only),
            'version',
            only,
            namesOf(VERSIONS),
          ),
      only !== undefined && all === true ? 'Use --only or --all, not both.' : undefined,
      among('part', part, Object.keys(PARTS)),
      among('watcher', rest.watcher, WATCHERS),
      among('streaming mode', rest.streaming, STREAMING),
    ].find((words) => words !== undefined);
    return because === undefined ? { kind: 'run', wishes: { ...rest, runs: runsOf({ only, all, part }) } } : { kind: 'wrong', because };
  } catch (error) {
    return { kind: 'wrong', because: error instanceof Error ? error.message : String(error) };
  }
}

function runsOf({ only, all, part }: { only?: string | undefined; all?: boolean | undefined; part?: string | undefined }): Run[] {
  const parts = (wanted: OpenClawVersion, others: readonly string[]): Run => ({ wanted, parts: part === undefined ? others : [part] });
  if (only !== undefined) return VERSIONS.filter(({ version }) => version === only).map((wanted) => parts(wanted, partsOf(wanted)));
  if (all === true) return VERSIONS.map((wanted) => parts(wanted, ['seven']));
  return VERSIONS.filter(({ byDefault }) => byDefault !== 'nothing').map((wanted) => parts(wanted, partsByDefault(wanted)));
}

function among(what: string, value: string | undefined, known: readonly string[]): string | undefined {
  return value === undefined ? undefined : unless(known.includes(value), what, value, known.join(', '));
}

function unless(isKnown: boolean, what: string, value: string, known: string): string | undefined {
  return isKnown ? undefined : `There is no ${what} ${value}. There are ${known}.`;
}

function namesOf(versions: readonly OpenClawVersion[]): string {
  return versions.map(({ version }) => version).join(', ');
}
