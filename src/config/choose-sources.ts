// Chooses the sources, from the variables or from what is on this machine, and says why.

import { SOURCES } from '../sources/catalogue.ts';
import { findHomes, hiddenHomes } from '../sources/coding-agents/find-homes.ts';
import { findGateway, type GatewayFound } from '../sources/openclaw/gateway/find-gateway.ts';
import { type MeshAccess, type MeshChoice, meshOf, type MeshSettings } from './mesh-access.ts';
import { readRegularFile } from './regular-file.ts';
import { readSecretFile } from './secret-file.ts';
import { isExposed } from './server-url.ts';
import { settings as table } from './settings.ts';
import { AUTO, type SourceId, type SourceNames } from './source-names.ts';
import { readTranscriptRegistry } from './transcript-registry.ts';

const AGENT_SOURCES = SOURCES.filter((entry) => 'lives' in entry);
const FILE_SOURCES = SOURCES.filter((entry) => 'reads' in entry);

type FileSource = (typeof FILE_SOURCES)[number];
type FolderSetting = FileSource['reads']['setting'];

/** The variables that decide, if they were valid. */
export interface SourceSettings extends Partial<Record<FolderSetting, string | undefined>>, MeshSettings {
  sources?: SourceNames | undefined;
  gatewayUrl?: string | undefined;
  gatewayToken?: string | undefined;
  gatewayTokenFile?: string | undefined;
  allowPlaintext?: boolean | undefined;
  codingHomes?: string | undefined;
}

export interface GatewayAccess {
  readonly url: string;
  /** The current token: files are read again. Throws an error for people when it is gone. */
  token(): string;
  /** The token at the start, for masking. */
  readonly firstToken: string;
}

export interface ChosenSources {
  /** In the order of the catalogue. */
  readonly ids: readonly SourceId[];
  readonly gateway?: GatewayAccess;
  readonly mesh?: MeshAccess;
  /** Where each coding agent is watched, by the id of its source. */
  readonly homes: Readonly<Record<string, readonly string[]>>;
  /** Homes below CODING_HOMES that this user may not look into. */
  readonly hiddenHomes: readonly string[];
  /** For each source a sentence that says why it is used, or why not. */
  readonly because: readonly string[];
}

/** Of a process that watches nothing itself. */
export const NO_SOURCES: ChosenSources = {
  ids: [],
  homes: {},
  hiddenHomes: [],
  because: ['Nothing is watched here: a publisher takes what the watchers of its fleet send.'],
};

interface SourceProblem {
  readonly variable: string;
  readonly wrong: string;
  readonly expected: string;
}

export type SourceChoice = { readonly chosen: ChosenSources } | { readonly problems: readonly SourceProblem[] };

const MAX_CONFIG_BYTES = 4_194_304; // OpenClaw's own configuration has a few kilobytes
const DEFAULT_URL = 'ws://127.0.0.1:18789';
const TOKEN_EXPECTED = "the gateway's gateway.auth.token here, or its file in GATEWAY_TOKEN_FILE";

/** Chooses. `malformed`: variables with an invalid text, which are already reported; they give no second problem. */
export function chooseSources(settings: SourceSettings, env: NodeJS.ProcessEnv, malformed: ReadonlySet<string> = new Set()): SourceChoice {
  const { sources = AUTO } = settings;
  const gateway = isWanted(sources, 'gateway') ? gatewayOf(settings, env, sources) : { why: `SOURCES=${sources.text}` };
  const mesh = isWanted(sources, 'mesh') ? meshOf(settings, sources.ids !== undefined) : { why: `SOURCES=${sources.text}` };
  const registry = readTranscriptRegistry(settings.openclawNodeDir, env);
  const homes = codingHomesOf(settings, env, sources, registry);
  const isThere = [gateway, mesh].some((one) => 'access' in one || 'problem' in one || 'problems' in one) || Object.keys(homes).length > 0;
  const hidden = hiddenHomes(settings.codingHomes, env);
  const problems = [
    ...('problem' in gateway ? [gateway.problem] : []),
    ...('problems' in mesh ? mesh.problems : []),
    ...missingFolders(settings, sources, isThere, hidden),
  ].filter(({ variable }) => !malformed.has(variable));
  if (problems.length > 0) return { problems };
  const because = [
    ...FILE_SOURCES.map((source) => describeFolder(source, settings, sources)),
    ...describeHomes(homes, sources),
    ...describeHidden(hidden),
    ...registry.because,
    describeMesh(mesh),
    describeGateway(gateway),
  ];
  const isChosen = (source: (typeof SOURCES)[number]) => {
    if ('reads' in source) return folderOf(source, settings, sources) !== undefined;
    if ('lives' in source) return source.id in homes;
    return 'access' in (source.id === 'mesh' ? mesh : gateway);
  };
  const ids = SOURCES.filter(isChosen).map(({ id }) => id);
  const access = { ...('access' in gateway ? { gateway: gateway.access } : {}), ...('access' in mesh ? { mesh: mesh.access } : {}) };
  return { chosen: { ids, ...access, homes, hiddenHomes: hidden, because } };
}

function isWanted({ ids }: SourceNames, id: SourceId): boolean {
  return ids === undefined || ids.includes(id);
}

/** The folder of this source's files, if the source is wanted and the folder is set. */
function folderOf({ id, reads }: FileSource, settings: SourceSettings, sources: SourceNames): string | undefined {
  return isWanted(sources, id) ? settings[reads.setting] : undefined;
}

/** The homes that are there, or all that might be for a source that SOURCES names. */
export function codingHomesOf(
  { codingHomes, openclawNodeDir }: Pick<SourceSettings, 'codingHomes' | 'openclawNodeDir'>,
  env: NodeJS.ProcessEnv,
  sources: SourceNames,
  registry = readTranscriptRegistry(openclawNodeDir, env),
): ChosenSources['homes'] {
  const found = AGENT_SOURCES.flatMap(({ id, lives }): [string, readonly string[]][] => {
    const { paths, areThere } = isWanted(sources, id)
      ? findHomes(lives, env, codingHomes, registry.homes[id])
      : { paths: [], areThere: false };
    return areThere || (sources.ids !== undefined && paths.length > 0) ? [[id, paths]] : [];
  });
  return Object.fromEntries(found);
}

function describeHomes(homes: ChosenSources['homes'], sources: SourceNames): string[] {
  return AGENT_SOURCES.map(({ id, lives }) => {
    const paths = homes[id];
    if (paths !== undefined) return `${lives.subject} is watched in ${paths.join(', ')}.`;
    return `${lives.subject} is not watched: ${isWanted(sources, id) ? `there is no ~/${lives.folder}` : `SOURCES=${sources.text}`}.`;
  });
}

function describeHidden(hidden: readonly string[]): string[] {
  return hidden.length === 0 ? [] : [`CODING_HOMES: this user may not look into ${hidden.join(', ')}.`];
}

type Gateway = { access: GatewayAccess; why: string } | { why: string } | { problem: SourceProblem };

/** The gateway that the variables name, else the one we find. With `auto` there may be none. */
function gatewayOf(settings: SourceSettings, env: NodeJS.ProcessEnv, { ids }: SourceNames): Gateway {
  const { gatewayUrl, gatewayToken, gatewayTokenFile, allowPlaintext } = settings;
  const isNamed = gatewayUrl !== undefined || gatewayToken !== undefined || gatewayTokenFile !== undefined;
  const found: GatewayFound = gatewayToken === undefined && gatewayTokenFile === undefined ? findGateway(env, readText) : { why: '' };
  if (!isNamed && ids === undefined && !('url' in found)) return { why: `${found.why}, and no GATEWAY_ variable is set` };
  const url = gatewayUrl ?? ('url' in found ? found.url : DEFAULT_URL);
  if (allowPlaintext !== true && isExposed(url)) return { problem: exposed() };
  const token = tokenOf(settings, found, env);
  if ('problem' in token) return token;
  return { access: { url, token: token.read, firstToken: token.first }, why: token.why };
}

function tokenOf(
  { gatewayToken, gatewayTokenFile }: SourceSettings,
  found: GatewayFound,
  env: NodeJS.ProcessEnv,
): TokenAccess | { problem: SourceProblem } {
  if (gatewayToken !== undefined && gatewayTokenFile !== undefined) {
    return { problem: { variable: 'GATEWAY_TOKEN', wrong: 'is set, and GATEWAY_TOKEN_FILE is set too', expected: 'only one of the two' } };
  }
  if (gatewayToken !== undefined) return { first: gatewayToken, read: () => gatewayToken, why: 'its token is in GATEWAY_TOKEN' };
  if (gatewayTokenFile !== undefined) return tokenFile(gatewayTokenFile);
  if ('token' in found) return { first: found.token, read: () => foundAgain(env), why: `its token was found in ${found.path}` };
  return { problem: { variable: 'GATEWAY_TOKEN', wrong: `is missing; ${found.why}`, expected: TOKEN_EXPECTED } };
}

interface TokenAccess {
  first: string;
  read: () => string;
  why: string;
}

function tokenFile(path: string): TokenAccess | { problem: SourceProblem } {
  const first = readSecretFile(path);
  if ('wrong' in first)
    return { problem: { variable: 'GATEWAY_TOKEN_FILE', wrong: first.wrong, expected: 'the path of a file that contains the token' } };
  const read = (): string => {
    const now = readSecretFile(path);
    if ('wrong' in now) throw new Error(`GATEWAY_TOKEN_FILE ${now.wrong}`);
    return now.value;
  };
  return { first: first.value, read, why: 'its token is in GATEWAY_TOKEN_FILE' };
}

function foundAgain(env: NodeJS.ProcessEnv): string {
  const found = findGateway(env, readText);
  if ('token' in found) return found.token;
  throw new Error(found.why);
}

function exposed(): SourceProblem {
  const expected = 'wss, or ALLOW_PLAINTEXT=1 if you accept that';
  return { variable: 'GATEWAY_URL', wrong: 'would send the token over plain ws to another machine', expected };
}

/** A source that SOURCES names needs its folder. Without such names, at least one source must be there. */
function missingFolders(settings: SourceSettings, sources: SourceNames, hasOther: boolean, hidden: readonly string[]): SourceProblem[] {
  const { ids } = sources;
  const missing = FILE_SOURCES.filter((source) => folderOf(source, settings, sources) === undefined);
  if (ids !== undefined) return missing.filter(({ id }) => ids.includes(id)).map((source) => missingFolder(source));
  if (hasOther || missing.length < FILE_SOURCES.length) return [];
  if (hidden.length > 0) return [noHomeSeen(hidden)];
  return missing.slice(0, 1).map((source) => missingFolder(source, '; or a gateway in GATEWAY_URL and GATEWAY_TOKEN'));
}

function noHomeSeen(hidden: readonly string[]): SourceProblem {
  const wrong = `names only homes without coding agents, or that this user may not look into: ${hidden.join(', ')}`;
  return { variable: table.codingHomes.variable, wrong, expected: 'homes that the user of the watcher may read' };
}

function missingFolder({ reads }: FileSource, orElse = ''): SourceProblem {
  const { variable, form } = table[reads.setting];
  return { variable, wrong: 'is missing', expected: `${form.expected}${orElse}` };
}

function describeFolder(source: FileSource, settings: SourceSettings, sources: SourceNames): string {
  const folder = folderOf(source, settings, sources);
  const { subject, setting } = source.reads;
  const { variable } = table[setting];
  if (folder !== undefined) return `${subject} are read from ${folder}.`;
  return `${subject} are not read: ${isWanted(sources, source.id) ? `${variable} is not set` : `SOURCES=${sources.text}`}.`;
}

function describeMesh(mesh: MeshChoice): string {
  if ('access' in mesh) return `The mesh is watched at ${mesh.why}.`;
  return 'why' in mesh ? `No mesh is watched: ${mesh.why}.` : 'No mesh is watched.';
}

function describeGateway(gateway: Gateway): string {
  if ('access' in gateway) return `The gateway at ${gateway.access.url} is watched; ${gateway.why}.`;
  return 'why' in gateway ? `No gateway is watched: ${gateway.why}.` : 'No gateway is watched.';
}

function readText(path: string): string | undefined {
  const read = readRegularFile(path, MAX_CONFIG_BYTES);
  return 'text' in read ? read.text : undefined;
}
