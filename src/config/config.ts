// Turns the environment into the configuration and reports every problem at once. The values themselves are in settings.ts.

import { type ChosenSources, chooseSources, NO_SOURCES } from './choose-sources.ts';
import { type FleetAccess, fleetOf, watchesAgents, writesBoxes } from './fleet-access.ts';
import { readLabelsFile } from './labels-file.ts';
import type { Prices } from '../core/price.ts';
import { readPricesFile } from './prices-file.ts';
import { maskSecrets } from './mask-secrets.ts';
import { misspeltVariables } from './misspelt-variables.ts';
import { readSecretFile } from './secret-file.ts';
import { isExposed } from './server-url.ts';
import { decodeSetting, encodeSetting, type Setting } from './setting.ts';
import { settings, type Values } from './settings.ts';
import { isLoopback } from '../core/loopback.ts';

/**
 * The whole configuration. Durations are milliseconds, paths absolute, `mmUrl` without trailing slash. `mmUrl` and `mmToken` are empty where
 * ROLE is watcher and they are not set: it talks to no chat server.
 */
export type Config = Omit<Values, 'mmToken'> & { readonly mmToken: string; readonly chosen: ChosenSources } & Found;

/** What files and several settings together say, beside the values of the table. */
interface Found {
  readonly prices?: Prices;
  readonly fleet?: FleetAccess;
}

/** One problem, without the value of any secret. */
export interface Problem {
  readonly variable: string;
  readonly wrong: string;
  readonly expected: string;
}

/** `warnings` are sentences about variables that look misspelt; they do not stop the daemon. */
export type ConfigResult =
  | { readonly kind: 'valid'; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[]; readonly warnings: readonly string[] };

/** One variable of the effective configuration, as it could be written into an environment file. */
export interface DescribedSetting {
  readonly variable: string;
  /** Absent when the variable is unset and has no default. Secrets are masked. */
  readonly text?: string;
  readonly meaning: string;
  readonly isDefault: boolean;
}

const MISSING = 'is missing';

type Name = keyof Values;
type Draft = { -readonly [N in Name]?: Values[N] } & { chosen?: ChosenSources; prices?: Prices; fleet?: FleetAccess };

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table are its names
const rows = Object.entries(settings) as [Name, Setting<unknown>][];

/** Reads and checks everything: the variables, the files they name, and what they mean together. */
export function readConfig(env: NodeJS.ProcessEnv): ConfigResult {
  const warnings = misspeltVariables(
    env,
    rows.flatMap(([, { variable, olderName }]) => [variable, ...(olderName === undefined ? [] : [olderName])]),
  );
  const draft: Draft = {};
  const decoded = decodeRows(env, draft, rows);
  const problems = [
    ...decoded.filter(({ variable, wrong }) => variable !== settings.mmUrl.variable || wrong !== MISSING || writesBoxes(draft.role)),
    ...resolveChat(env, draft),
    ...resolveHealthToken(draft),
    ...resolveFleet(draft),
    ...checkToolLabels(draft),
    ...resolvePrices(draft),
    ...checkRates(draft),
    ...checkCall(draft),
    ...checkBoard(draft, env),
  ];
  problems.push(...checkHealthHost(draft, problems));
  problems.push(...resolveSources(env, draft, problems));
  if (problems.length > 0) return { kind: 'wrong', problems: maskProblems(problems, env), warnings };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every required row is there, or it would be a problem
  return { kind: 'valid', config: Object.freeze(draft) as Config, warnings };
}

/** Reads only these settings, for commands that must work even if the rest is wrong or meant for the daemon. */
export function readSettings<N extends Name>(
  env: NodeJS.ProcessEnv,
  names: readonly N[],
): Pick<Values, N> | { readonly problems: readonly Problem[] } {
  const draft: Draft = {};
  const problems = decodeRows(
    env,
    draft,
    rows.filter(([name]) => names.some((wanted) => wanted === name)),
  );
  if (problems.length > 0) return { problems: maskProblems(problems, env) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every asked row was decoded, or it would be a problem
  return draft as Pick<Values, N>;
}

/** The settings of a command that itself writes to Mattermost. */
export interface ChatSettings extends Pick<Config, 'mmUrl' | 'mmToken'> {
  /** An id or `team/channel`. */
  readonly defaultChannelName: string | undefined;
}

/** Reads only the settings for Mattermost, for commands that watch nothing. */
export function readChatSettings(env: NodeJS.ProcessEnv): ChatSettings | { readonly problems: readonly Problem[] } {
  const names: readonly Name[] = ['mmUrl', 'mmToken', 'mmTokenFile', 'allowPlaintext', 'defaultChannel'];
  const draft: Draft = {};
  const decoded = decodeRows(
    env,
    draft,
    rows.filter(([name]) => names.includes(name)),
  );
  const problems = [...decoded, ...resolveToken(env, draft), ...checkPlaintext(draft)];
  const { mmUrl, mmToken, defaultChannel } = draft;
  if (problems.length > 0 || mmUrl === undefined || mmToken === undefined) return { problems: maskProblems(problems, env) };
  return {
    mmUrl,
    mmToken,
    defaultChannelName: defaultChannel === undefined ? undefined : settings.defaultChannel.form.encode(defaultChannel),
  };
}

function decodeRows(env: NodeJS.ProcessEnv, draft: Record<string, unknown>, wanted: readonly [Name, Setting<unknown>][]): Problem[] {
  return wanted.flatMap(([name, setting]) => {
    const variable = variableOf(setting, env);
    const text = env[variable]?.trim() || fallbackOf(setting, env);
    if (text === undefined) {
      draft[name] = undefined;
      return setting.presence.kind === 'required' ? [problem(setting, MISSING)] : [];
    }
    const decoded = decodeSetting(setting, text);
    if ('wrong' in decoded) return [{ ...problem(setting, decoded.wrong), variable }];
    draft[name] = decoded.value;
    return [];
  });
}

/** Its name, or its older name where only that is set. */
function variableOf({ variable, olderName }: Setting<unknown>, env: NodeJS.ProcessEnv): string {
  const isOlder = !env[variable]?.trim() && olderName !== undefined && Boolean(env[olderName]?.trim());
  return isOlder ? olderName : variable;
}

/** What to say of each older name that is set, one sentence each. */
export function olderNames(env: NodeJS.ProcessEnv): string[] {
  return rows.flatMap(([, setting]) => {
    const { variable, olderName } = setting;
    if (olderName === undefined || !env[olderName]?.trim()) return [];
    return [
      variableOf(setting, env) === olderName
        ? `${olderName} is the older name of ${variable}, and is still understood.`
        : `${olderName} is ignored: ${variable}, its newer name, is set.`,
    ];
  });
}

function fallbackOf(setting: Setting<unknown>, env: NodeJS.ProcessEnv): string | undefined {
  if (setting.presence.kind !== 'fallback') return undefined;
  return typeof setting.presence.text === 'string' ? setting.presence.text : setting.presence.text(env);
}

function problem(setting: Setting<unknown>, wrong: string): Problem {
  return { variable: setting.variable, wrong, expected: setting.form.expected };
}

// A malformed token is already reported; here we report only a missing or doubled one.
function resolveToken(env: NodeJS.ProcessEnv, draft: Draft): Problem[] {
  const inline = env['MM_TOKEN']?.trim();
  if (inline && draft.mmTokenFile)
    return [{ ...problem(settings.mmToken, 'is set, and MM_TOKEN_FILE is set too'), expected: 'only one of the two' }];
  if (inline) return [];
  if (!draft.mmTokenFile)
    return [{ ...problem(settings.mmToken, 'is missing'), expected: 'the access token of a bot here, or its file in MM_TOKEN_FILE' }];
  const read = readSecretFile(draft.mmTokenFile);
  if ('wrong' in read) return [problem(settings.mmTokenFile, read.wrong)];
  draft.mmToken = read.value;
  return [];
}

function resolveHealthToken(draft: Draft): Problem[] {
  if (draft.healthTokenFile === undefined) return [];
  if (draft.healthToken !== undefined)
    return [{ ...problem(settings.healthToken, 'is set, and HEALTH_TOKEN_FILE is set too'), expected: 'only one of the two' }];
  const read = readSecretFile(draft.healthTokenFile);
  if ('wrong' in read) return [problem(settings.healthTokenFile, read.wrong)];
  draft.healthToken = read.value;
  return [];
}

/** Health shows names of agents and channels, so a port that other machines can reach needs a token. */
function checkHealthHost({ healthHost, healthPort, healthToken }: Draft, named: readonly Problem[]): Problem[] {
  const isNamed = named.some(({ variable }) => variable.startsWith('HEALTH_'));
  if (isNamed || healthHost === undefined || healthPort === 0 || healthToken !== undefined || isLoopback(healthHost)) return [];
  return [
    {
      ...problem(settings.healthToken, `is missing, and HEALTH_HOST=${healthHost} can be reached from other machines`),
      expected: 'a token of your own choice here or its file in HEALTH_TOKEN_FILE, or HEALTH_HOST=127.0.0.1, or HEALTH_PORT=0',
    },
  ];
}

/** A watcher of a fleet needs no chat server. */
function resolveChat(env: NodeJS.ProcessEnv, draft: Draft): Problem[] {
  if (writesBoxes(draft.role)) return [...resolveToken(env, draft), ...checkPlaintext(draft)];
  draft.mmUrl ??= '';
  draft.mmToken ??= '';
  return [];
}

function resolveFleet(draft: Draft): readonly Problem[] {
  const choice = fleetOf(draft);
  if ('problems' in choice) return choice.problems;
  if (choice.fleet !== undefined) draft.fleet = choice.fleet;
  return [];
}

function resolveSources(env: NodeJS.ProcessEnv, draft: Draft, named: readonly Problem[]): readonly Problem[] {
  if (!watchesAgents(draft.role)) {
    draft.chosen = NO_SOURCES;
    return [];
  }
  const choice = chooseSources(draft, env, new Set(named.map(({ variable }) => variable)));
  if ('problems' in choice) return choice.problems;
  draft.chosen = choice.chosen;
  return [];
}

function checkPlaintext(draft: Draft): Problem[] {
  if (!draft.mmUrl || draft.allowPlaintext === true || !isExposed(draft.mmUrl)) return [];
  return [
    {
      variable: 'MM_URL',
      wrong: 'would send the token over plain http to another machine',
      expected: 'https, or ALLOW_PLAINTEXT=1 if you accept that',
    },
  ];
}

function checkRates({ editsPerSecond, editsPerSecondMax }: Draft): Problem[] {
  if (editsPerSecond === undefined || editsPerSecondMax === undefined || editsPerSecondMax >= editsPerSecond.perSecond) return [];
  return [
    {
      ...problem(settings.editsPerSecondMax, `is ${editsPerSecondMax}, less than EDITS_PER_SECOND`),
      expected: `a rate from ${editsPerSecond.perSecond}, the rate of EDITS_PER_SECOND, on`,
    },
  ];
}

function checkCall({ call, operators, operationsChannel }: Draft): Problem[] {
  if (call !== 'operators' || operators !== undefined || operationsChannel !== undefined) return [];
  return [
    { ...problem(settings.operators, 'is missing, and CALL is operators'), expected: 'the user names of those to call, or CALL=asker' },
  ];
}

function checkBoard({ board }: Draft, env: NodeJS.ProcessEnv): Problem[] {
  if (board !== 'channel' || env[settings.boardChannels.variable]?.trim()) return [];
  return [
    { ...problem(settings.boardChannels, 'is missing, and BOARD=channel needs it'), expected: 'the channels with a board, or BOARD=off' },
  ];
}

function checkToolLabels(draft: Draft): Problem[] {
  if (!draft.toolLabelsFile) return [];
  const read = readLabelsFile(draft.toolLabelsFile);
  return 'wrong' in read ? [problem(settings.toolLabelsFile, read.wrong)] : [];
}

function resolvePrices(draft: Draft): Problem[] {
  if (!draft.pricesFile) return [];
  const read = readPricesFile(draft.pricesFile);
  if ('wrong' in read) return [problem(settings.pricesFile, read.wrong)];
  draft.prices = read.value;
  return [];
}

// A problem quotes the text it found, and somebody may have put the token into the wrong variable.
function maskProblems(problems: readonly Problem[], env: NodeJS.ProcessEnv): Problem[] {
  const mask = maskSecrets(secretTextsOf(env));
  return problems.map((found) => ({ ...found, wrong: mask(found.wrong) }));
}

/** The texts in the environment that are secret whether or not the configuration is valid. */
export function secretTextsOf(env: NodeJS.ProcessEnv): string[] {
  return rows.flatMap(([, setting]) => (setting.secret ? [env[setting.variable]?.trim() ?? ''] : [])).filter((text) => text !== '');
}

/** Every secret of the configuration, for masking. */
export function secretsOf(config: Config): string[] {
  const named = rows.flatMap(([name, setting]) => {
    const value = config[name];
    return setting.secret && typeof value === 'string' && value !== '' ? [value] : [];
  });
  const gatewayToken = config.chosen.gateway?.firstToken;
  return gatewayToken === undefined || named.includes(gatewayToken) ? named : [...named, gatewayToken];
}

/** The effective configuration in the order of the table, secrets masked. */
export function describeConfig(config: Config, env: NodeJS.ProcessEnv = process.env): DescribedSetting[] {
  const mask = maskSecrets(secretsOf(config));
  const isFromFile = (name: Name) =>
    (name === 'mmToken' && config.mmTokenFile !== undefined) || (name === 'healthToken' && config.healthTokenFile !== undefined);
  const shown = rows.filter(([name]) => !isFromFile(name));
  return shown.map(([name, setting]): DescribedSetting => {
    const value = config[name];
    const { variable, meaning } = setting;
    if (value === undefined) return { variable, meaning, isDefault: true };
    const text = encodeSetting(setting, value);
    return { variable, meaning, text: mask(text), isDefault: text === fallbackOf(setting, env) };
  });
}

/** A problem as one line for people. */
export function problemLine(found: Problem): string {
  return `${found.variable} ${found.wrong}; expected ${found.expected}`;
}
