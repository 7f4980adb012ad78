// The OpenClaw versions that are run, and what was found of each. Data only.

/** Where a version's Mattermost plugin comes from: its own package, npm in this version, or nowhere. */
export type PluginOrigin = 'bundled' | 'none' | `2026.${string}`;

export interface OpenClawVersion {
  version: string;
  /** The release of npm's `node` package that it runs with. */
  node: string;
  /** Another one that it runs with, and that is too old for a watcher. */
  olderNode?: string;
  plugin: PluginOrigin;
  /** The protocol of its gateway. */
  protocol: 3 | 4;
  /** What it keeps of a conversation where we may read it. */
  transcripts: 'files' | 'none';
  /** What its gateway tells a reader of a run: that it goes on and what is said, or tools and sub-agents, too. */
  gatewayTells: 'runs' | 'everything';
  /** Which posts in a channel it answers in a thread, with a session of the thread's own. */
  threads: 'of every post' | 'of replies';
  /** What it does when a sub-agent of a thread is done: its parent goes on, or it posts this itself. */
  subAgentReport: 'the parent goes on' | `✅ ${string}`;
  /** Whether the lines of a direct conversation in the agent's main session say who wrote them. Without that it is shown to nobody. */
  directLines: 'name the person' | 'name nobody';
  /** What becomes of a running turn when the gateway is told to stop, and after the gateway crashed. */
  onStop: 'ends first' | 'cut off';
  /** How a turn that a crash cut off goes on after the next start. */
  afterCrash: 'goes on' | 'stays lost';
  /** Whether an operator may abort a person's turn. */
  operatorAborts: 'every turn' | 'turns of operators';
  /** Its own preview, while it is watched: the newest has it on, as it is by default. */
  preview: 'off' | 'partial';
  /** Whether an operator on the same machine must be a known device to be allowed anything. */
  operators: 'need no device' | 'need a device';
  /** Dependencies that cannot be had from the registry, and that nothing here needs: an empty package stands in for each. */
  emptied: readonly string[];
  /** Whether it starts without its optional dependencies. */
  optional: 'omitted' | 'needed';
  /** What is done with it when nothing is asked for. */
  byDefault: 'every part' | 'seven turns' | 'nothing';
}

const NODE_22 = '22.23.3';
const NODE_24 = '24.21.0';
const NODE_26 = '26.10.0';

const FILES = {
  transcripts: 'files',
  gatewayTells: 'everything',
  directLines: 'name nobody',
  onStop: 'cut off',
  afterCrash: 'stays lost',
} as const;
const NO_FILES = {
  transcripts: 'none',
  gatewayTells: 'everything',
  directLines: 'name the person',
  onStop: 'ends first',
  afterCrash: 'goes on',
} as const;
const PROTOCOL_4 = {
  protocol: 4,
  threads: 'of every post',
  subAgentReport: 'the parent goes on',
  preview: 'off',
  operatorAborts: 'turns of operators',
  operators: 'need no device',
  emptied: [],
  optional: 'omitted',
  byDefault: 'nothing',
} as const;
/** WhatsApp alone needs `libsignal`, which lies in a git repository. */
const PROTOCOL_3 = { ...PROTOCOL_4, protocol: 3, emptied: ['libsignal'], optional: 'needed' } as const;

/** In the order of their numbers, which is not that of their dates: 2026.7.35 is younger than 2026.9.5. */
export const VERSIONS: readonly OpenClawVersion[] = [
  {
    version: '2026.2.26',
    node: NODE_22,
    olderNode: '22.12.0',
    plugin: 'bundled',
    ...FILES,
    ...PROTOCOL_3,
    gatewayTells: 'runs',
    threads: 'of replies',
    subAgentReport: '✅ Subagent main finished',
  },
  { version: '2026.4.15', node: NODE_22, plugin: 'bundled', ...FILES, ...PROTOCOL_3, operators: 'need a device' },
  { version: '2026.5.28', node: NODE_22, plugin: 'bundled', ...FILES, ...PROTOCOL_4 },
  { version: '2026.6.11', node: NODE_22, plugin: '2026.6.11', ...FILES, ...PROTOCOL_4 },
  { version: '2026.7.35', node: NODE_24, plugin: '2026.7.35', ...FILES, ...PROTOCOL_4, byDefault: 'every part' },
  { version: '2026.8.2', node: NODE_24, plugin: 'none', ...NO_FILES, ...PROTOCOL_4 },
  { version: '2026.9.2', node: NODE_24, plugin: '2026.9.2', ...NO_FILES, ...PROTOCOL_4, byDefault: 'seven turns' },
  { version: '2026.9.5', node: NODE_26, plugin: '2026.9.5', ...NO_FILES, ...PROTOCOL_4 },
  {
    version: '2026.9.6',
    node: NODE_26,
    plugin: '2026.9.5',
    ...NO_FILES,
    ...PROTOCOL_4,
    preview: 'partial',
    operatorAborts: 'every turn',
    byDefault: 'every part',
  },
];
