// The table of all environment variables. A new variable is one row here. It then appears in `Config`, in the checks, in
// `live-status config` and in the search for misspelt names.

import { homedir } from 'node:os';
import { join } from 'node:path';
import { defaultPidFile } from '../process/pid-places.ts';
import { agentBots, webAddress } from './calling-forms.ts';
import { branchList, coordinatorDefault, coordinatorScope, ledgerDefault, peopleList, roleList, ruleList } from './coordinator-forms.ts';
import { beside } from './beside-boxes.ts';
import { editBudget, requestRate } from './edit-budget.ts';
import { fleet } from './fleet-rows.ts';
import { gatewayUrl } from './gateway-url.ts';
import { lasting } from './lasting-settings.ts';
import { mesh } from './mesh-rows.ts';
import { channelName, nameList } from './name-forms.ts';
import { pace } from './pace-form.ts';
import {
  choice,
  decimal,
  folders,
  hostName,
  hours,
  minutes,
  path,
  seconds,
  span,
  timeOfDay,
  toggle,
  token,
  userHomes,
  wholeNumber,
} from './plain-forms.ts';
import { routeList } from './route-form.ts';
import { serverUrl } from './server-url.ts';
import type { Fallback, Setting } from './setting.ts';
import { optional, renamed, required, setting } from './setting-rows.ts';
import { sourceNames } from './source-names.ts';

const DAY_S = 86_400;
const DAY_MS = 86_400_000;
const MAX_POST_CHARS = 16_383; // Mattermost's limit on one message.

/** A path below the agents' own directory. */
function inOpenClaw(...names: string[]): Fallback {
  return (env) => join(env['HOME'] || homedir(), '.openclaw', ...names);
}

export const settings = {
  mmUrl: required('MM_URL', serverUrl('https://chat.example.org'), 'address of the Mattermost server'),
  mmToken: { ...optional('MM_TOKEN', token('the access token of a bot'), 'access token of the bot that writes the boxes'), secret: true },
  mmTokenFile: optional('MM_TOKEN_FILE', path('a file that contains the token'), 'file with the token, instead of MM_TOKEN'),
  allowPlaintext: setting('ALLOW_PLAINTEXT', toggle(), '0', 'allow http and ws to other machines, where the token can be read on the way'),
  sources: setting(
    'SOURCES',
    sourceNames(),
    'auto',
    'what is watched: auto takes whatever is set or found, else a list of sources, such as transcripts,gateway',
  ),
  gatewayUrl: optional(
    'GATEWAY_URL',
    gatewayUrl(),
    "address of the OpenClaw gateway (default: as in OpenClaw's own configuration, else ws://127.0.0.1:18789)",
  ),
  gatewayToken: {
    ...optional(
      'GATEWAY_TOKEN',
      token("the gateway's token"),
      "the gateway's token, its gateway.auth.token (default: as in OpenClaw's own configuration)",
    ),
    secret: true,
  },
  gatewayTokenFile: optional(
    'GATEWAY_TOKEN_FILE',
    path('a file that contains the token'),
    'file with the token, instead of GATEWAY_TOKEN; read again at every attempt',
  ),
  transcriptDir: optional(
    'TRANSCRIPT_DIR',
    path('a sessions folder or an agents root'),
    'sessions folder, or agents root of which every */sessions is watched',
  ),
  sessionsJson: optional('SESSIONS_JSON', path('a session index'), 'session index (default: sessions.json beside each transcript)'),
  codingHomes: optional(
    'CODING_HOMES',
    userHomes(),
    'homes of other users whose coding agents are watched, too; this user must be able to read them',
  ),
  networkAiDir: optional(
    'NETWORK_AI_DIR',
    folders('data folders of Network-AI'),
    'data folders of Network-AI, divided by colons; environments are found below them',
  ),
  ...mesh,
  watchPolling: setting('WATCH_POLLING', toggle(), '0', 'poll instead of using file events, for network mounts'),
  boxStyle: setting('BOX_STYLE', choice('attachment', 'message'), 'attachment', 'whether a box is a message attachment or a plain message'),
  verbosity: setting('VERBOSITY', choice('quiet', 'normal', 'detail'), 'normal', 'how much a box says'),
  placement: setting(
    'PLACEMENT',
    choice('auto', 'channel', 'reply'),
    'auto',
    "in the session's thread (auto), in the channel, or under the triggering post (reply)",
  ),
  rootGone: setting(
    'ROOT_GONE',
    choice('park', 'channel'),
    'park',
    'when the thread of a box is deleted: the box stays away (park), or it continues in the channel',
  ),
  toolLabelsFile: optional('TOOL_LABELS_FILE', path('a JSON file with tool labels'), 'labels of tools that replace the built-in ones'),
  pricesFile: optional('PRICES_FILE', path('a JSON file with prices'), 'prices of models, for the cost of turns whose agent tells none'),
  maxStatusLines: setting('MAX_STATUS_LINES', wholeNumber('lines', 1, 200), '15', 'most lines in a box; the oldest are dropped'),
  maxMessageChars: setting(
    'MAX_MESSAGE_CHARS',
    wholeNumber('characters', 500, MAX_POST_CHARS),
    '15000',
    'longest post; what is longer is cut',
  ),
  maxActiveSessions: setting(
    'MAX_ACTIVE_SESSIONS',
    wholeNumber('boxes', 0, 10_000),
    '20',
    'most boxes kept up to date at once; 0 means no limit',
  ),
  channels: setting('CHANNELS', nameList(), '*', 'channels (id, name or team/name) that get boxes'),
  agents: setting(
    'AGENTS',
    nameList(),
    '*',
    'agents that get boxes; sessions that have no channel of their own are chosen by ROUTES alone',
  ),
  cron: setting('CRON', choice('failures', 'all', 'off'), 'failures', 'which scheduled runs get a box'),
  direct: setting(
    'DIRECT',
    choice('off', 'own'),
    'off',
    'direct conversations of other bots: none, or our own direct channel with the person',
  ),
  defaultChannel: optional(
    'DEFAULT_CHANNEL',
    channelName(),
    'channel for sessions that did not come from Mattermost and are known to be public',
  ),
  defaultChannelDirect: setting(
    'DEFAULT_CHANNEL_DIRECT',
    toggle(),
    '0',
    'send to DEFAULT_CHANNEL what is private or not known to be public, too',
  ),
  routes: optional(
    'ROUTES',
    routeList(),
    'rules that say where sessions go that have no channel of their own, and what is shown of them there; the first that matches counts',
  ),
  approveBot: optional(
    'APPROVE_BOT',
    agentBots(),
    "user name of the agents' bot, or agent=name pairs: boxes that wait for an approval of OpenClaw have a line to copy that mentions it",
  ),
  controlUiUrl: optional(
    'CONTROL_UI_URL',
    webAddress('https://openclaw.example.org'),
    "address of OpenClaw's Control UI: boxes that wait for an approval say where it is answered there",
  ),
  threadLifeMs: setting('THREAD_HOURS', hours(1, 8_760), '12', 'a session that goes on within this time stays in its thread'),
  ...beside,
  openAfterMs: setting('OPEN_AFTER_MS', wholeNumber('milliseconds', 0, 600_000), '2000', 'a turn that ends sooner gets no box'),
  throttleMs: setting('THROTTLE_MS', wholeNumber('milliseconds', 10, 60_000), '500', 'least time between two edits of one box'),
  pace: setting('PACE', pace(), '2s, 1m:5s, 5m:15s', 'time between two ordinary edits, longer as a turn gets older'),
  editsPerSecond: setting('EDITS_PER_SECOND', editBudget(), '5:20', 'budget of all requests to Mattermost, as rate:burst'),
  editsPerSecondMax: optional(
    'EDITS_PER_SECOND_MAX',
    requestRate(),
    'up to which rate the budget may rise while Mattermost answers fast (default: EDITS_PER_SECOND, so that it does not)',
  ),
  channelEditsPerHour: setting(
    'CHANNEL_EDITS_PER_HOUR',
    wholeNumber('edits', 0, 100_000),
    '500',
    'most ordinary edits of one channel in an hour, so that it stays usable for people; 0 means no limit',
  ),
  idleTimeoutMs: setting('IDLE_TIMEOUT_S', seconds(1, DAY_S), '60', 'inactivity before a session counts as done'),
  maxSessionDurationMs: setting('MAX_SESSION_DURATION_S', seconds(1, 30 * DAY_S), '1800', 'hard limit of one turn without a sign of life'),
  breakerThreshold: setting(
    'CIRCUIT_BREAKER_THRESHOLD',
    wholeNumber('failures', 1, 1_000),
    '5',
    'failures in a row before the circuit opens',
  ),
  breakerCooldownMs: setting(
    'CIRCUIT_BREAKER_COOLDOWN_S',
    seconds(1, 3_600),
    '30',
    'longest time between two questions to a silent server',
  ),
  healthPort: setting(
    'HEALTH_PORT',
    wholeNumber(undefined, 0, 65_535),
    '9090',
    'port of the page, of /health and of /metrics; 0 means off',
  ),
  healthHost: setting('HEALTH_HOST', hostName(), '127.0.0.1', 'address that GET /health listens on'),
  healthToken: {
    ...optional(
      'HEALTH_TOKEN',
      token('a token of your own choice'),
      'token that GET /health asks for; required when HEALTH_HOST is not loopback',
    ),
    secret: true,
  },
  healthTokenFile: optional('HEALTH_TOKEN_FILE', path('a file that contains the token'), 'file with the token, instead of HEALTH_TOKEN'),
  logLevel: setting(
    'LOG_LEVEL',
    choice('debug', 'info', 'warn', 'error', 'fatal', 'silent', 'trace'),
    'info',
    'least level that is logged',
  ),
  pidFile: setting('PID_FILE', path('the PID file'), defaultPidFile, 'file that keeps a second daemon away'),
  call: setting(
    'CALL',
    choice('off', 'asker', 'operators'),
    'off',
    'whom a post of its own calls when an agent waits, or when a long turn fails or ends: nobody, who asked, or OPERATORS',
  ),
  callFailedAfterMs: setting('CALL_FAILED_AFTER', span(0, DAY_MS), '5m', 'a turn that fails sooner calls nobody'),
  callDoneAfterMs: setting('CALL_DONE_AFTER', span(0, DAY_MS), '15m', 'a turn that is done sooner calls nobody'),
  digestAt: optional('DIGEST_AT', timeOfDay(), 'when a table of the turns of the last day is posted in each channel'),
  operators: renamed(
    'COORDINATOR_OPERATORS',
    optional('OPERATORS', peopleList(), 'Mattermost user names that are called, and alerted about violations'),
  ),
  operationsChannel: renamed(
    'COORDINATOR_CHANNEL',
    optional('OPERATIONS_CHANNEL', channelName(), 'channel for calls and alerts, instead of the conversation'),
  ),
  callsPerHour: renamed(
    'COORDINATOR_NOTICES_PER_HOUR',
    setting('CALLS_PER_HOUR', wholeNumber('calls', 0, 1_000), '6', 'most calls an hour, and as many alerts, counted apart; 0 means none'),
  ),
  coordinator: setting(
    'COORDINATOR',
    coordinatorScope(),
    coordinatorDefault,
    'check what agents do; on, with the rules for governed agents, when roles or a governance state are there',
  ),
  coordinatorRoles: optional('COORDINATOR_ROLES', roleList(), 'roles of agents, who answer in the order primary, secondary, observer'),
  coordinatorMissingAfterMs: setting(
    'COORDINATOR_MISSING_AFTER_S',
    seconds(1, 7 * DAY_S),
    '600',
    'silence after which the next role is missing',
  ),
  coordinatorRules: optional('COORDINATOR_RULES', ruleList(), 'rules to switch on, or off with a leading !'),
  protectedBranches: setting(
    'PROTECTED_BRANCHES',
    branchList(),
    'main, master, production, release/*',
    'branches that no agent should push to',
  ),
  loopCalls: setting(
    'LOOP_CALLS',
    wholeNumber('calls', 0, 1_000),
    '10',
    'the same call with the same outcome so often is a loop; 0 is never',
  ),
  loopMs: setting('LOOP_MINUTES', minutes(0, 1_440), '10', 'calls without anything new for so long are a loop; 0 is never'),
  burnUsd: setting(
    'BURN_USD_PER_MINUTE',
    decimal('US dollars', 100_000),
    '2',
    'spent in three minutes, on average, is too much; 0 is never',
  ),
  burnTokens: setting(
    'BURN_TOKENS_PER_MINUTE',
    wholeNumber('tokens', 0, 1_000_000_000),
    '1000000',
    'used in three minutes, on average and without those read from a cache, are too many; 0 is never',
  ),
  governanceDir: setting(
    'GOVERNANCE_DIR',
    path('the folder of state.json'),
    inOpenClaw('governance'),
    'folder with mode and posture of the agents',
  ),
  auditLedger: setting('AUDIT_LEDGER', path('the audit ledger'), ledgerDefault, 'ledger that findings are added to'),
  auditLedgerCreate: setting('AUDIT_LEDGER_CREATE', toggle(), '1', 'begin the ledger when it is missing'),
  ...fleet,
  ...lasting,
} as const;

/** The values of the table, property by property. */
export type Values = { readonly [Name in keyof typeof settings]: (typeof settings)[Name] extends Setting<infer T> ? T : never };
