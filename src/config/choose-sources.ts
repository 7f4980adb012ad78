// Which sources are used and why: from the variables, or from what lies on this machine.

import { findGateway, type GatewayFound } from './find-gateway.ts';
import { readRegularFile } from './regular-file.ts';
import { readSecretFile } from './secret-file.ts';
import { isExposed } from './server-url.ts';

/** The variables that decide, as far as they were understood. */
export interface SourceSettings {
  sources?: 'auto' | 'files' | 'gateway' | 'both' | undefined;
  transcriptDir?: string | undefined;
  gatewayUrl?: string | undefined;
  gatewayToken?: string | undefined;
  gatewayTokenFile?: string | undefined;
  allowPlaintext?: boolean | undefined;
}

export interface GatewayAccess {
  readonly url: string;
  /** The token as it is now: files are read again. Throws with words when it is gone. */
  token(): string;
  /** The token at the start, for masking. */
  readonly firstToken: string;
}

export interface ChosenSources {
  readonly transcriptDir?: string;
  readonly gateway?: GatewayAccess;
  /** One sentence for each source, used or not, that says why. */
  readonly because: readonly string[];
}

interface SourceProblem {
  readonly variable: string;
  readonly wrong: string;
  readonly expected: string;
}

export type SourceChoice = { readonly chosen: ChosenSources } | { readonly problems: readonly SourceProblem[] };

const MAX_CONFIG_BYTES = 4_194_304; // OpenClaw's own configuration has some kilobytes
const DEFAULT_URL = 'ws://127.0.0.1:18789';
const TOKEN_EXPECTED = "the gateway's gateway.auth.token here, or its file in GATEWAY_TOKEN_FILE";

/** Decides. `malformed`: variables that were given but not understood; what they lack is no further problem. */
export function chooseSources(settings: SourceSettings, env: NodeJS.ProcessEnv, malformed: ReadonlySet<string> = new Set()): SourceChoice {
  const { sources = 'auto', transcriptDir } = settings;
  const files = sources === 'gateway' ? undefined : transcriptDir;
  const gateway = sources === 'files' ? { why: 'SOURCES=files' } : gatewayOf(settings, env, sources);
  const problems = [
    ...('problem' in gateway ? [gateway.problem] : []),
    ...missingFiles(sources, files, 'access' in gateway || 'problem' in gateway),
  ].filter(({ variable }) => !malformed.has(variable));
  if (problems.length > 0) return { problems };
  const because = [filesWords(sources, files), gatewayWords(gateway)];
  return {
    chosen: {
      ...(files === undefined ? {} : { transcriptDir: files }),
      ...('access' in gateway ? { gateway: gateway.access } : {}),
      because,
    },
  };
}

type Gateway = { access: GatewayAccess; why: string } | { why: string } | { problem: SourceProblem };

/** Named by variables, else found; `auto` does without when there is neither. */
function gatewayOf(settings: SourceSettings, env: NodeJS.ProcessEnv, sources: SourceSettings['sources']): Gateway {
  const { gatewayUrl, gatewayToken, gatewayTokenFile, allowPlaintext } = settings;
  const isNamed = gatewayUrl !== undefined || gatewayToken !== undefined || gatewayTokenFile !== undefined;
  const found: GatewayFound = gatewayToken === undefined && gatewayTokenFile === undefined ? findGateway(env, readText) : { why: '' };
  if (!isNamed && sources === 'auto' && !('url' in found)) return { why: `${found.why}, and no GATEWAY_ variable is set` };
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

function missingFiles(sources: SourceSettings['sources'], files: string | undefined, hasGateway: boolean): SourceProblem[] {
  if (files !== undefined || sources === 'gateway' || (sources === 'auto' && hasGateway)) return [];
  const orGateway = sources === 'auto' ? '; or a gateway in GATEWAY_URL and GATEWAY_TOKEN' : '';
  return [{ variable: 'TRANSCRIPT_DIR', wrong: 'is missing', expected: `the path of a sessions folder or an agents root${orGateway}` }];
}

function filesWords(sources: SourceSettings['sources'], files: string | undefined): string {
  if (files !== undefined) return `Transcripts are read from ${files}.`;
  return sources === 'gateway' ? 'Transcripts are not read: SOURCES=gateway.' : 'Transcripts are not read: TRANSCRIPT_DIR is not set.';
}

function gatewayWords(gateway: Exclude<Gateway, { problem: SourceProblem }> | { problem: SourceProblem }): string {
  if ('access' in gateway) return `The gateway at ${gateway.access.url} is watched; ${gateway.why}.`;
  return 'why' in gateway ? `No gateway is watched: ${gateway.why}.` : 'No gateway is watched.';
}

function readText(path: string): string | undefined {
  const read = readRegularFile(path, MAX_CONFIG_BYTES);
  return 'text' in read ? read.text : undefined;
}
