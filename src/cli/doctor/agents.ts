// Checks what is to be watched: transcripts, their index, the gateway, and OpenClaw's own configuration.

import { access, constants, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { openclawConfigPath } from '../../sources/openclaw/gateway/find-gateway.ts';
import { parseLooseJson } from '../../sources/openclaw/gateway/loose-json.ts';
import { errorText } from '../../core/error-code.ts';
import { systemClock } from '../../process/system-clock.ts';
import { asRecord, type JsonRecord } from '../../core/json-guards.ts';
import type { PairOutcome } from '../../sources/openclaw/gateway/pair.ts';
import { fileKindOf, INDEX_NAME } from '../../sources/openclaw/transcripts/file-name.ts';
import { findFolders, type Folder } from '../../sources/openclaw/transcripts/sessions-folders.ts';
import { packageVersion } from '../../process/package-version.ts';
import { fail, type Finding, ok, warn } from './finding.ts';
import { approvalFinding } from './who-may-approve.ts';

const INDEX = 'session index';

/** Only their owner may read transcripts, so a wrong user sees none of them. */
export async function checkTranscripts(root: string | undefined, index: string | undefined): Promise<Finding[]> {
  const about = 'transcripts';
  if (root === undefined) return [ok(about, 'not watched')];
  const discovery = await findFolders(root);
  if (discovery.kind === 'missing') return [fail(about, `${root} is not there`, 'correct TRANSCRIPT_DIR, or start OpenClaw once')];
  if (discovery.kind === 'unreadable') return [fail(about, `${root} may not be read`, 'run the watcher as the owner of the transcripts')];
  const looks = await Promise.all(discovery.folders.map(lookAtFolder));
  const unreadable = [...discovery.unreadable, ...looks.flatMap((look) => look.unreadable)];
  if (unreadable.length > 0)
    return [fail(about, `${unreadable.length} may not be read, such as ${unreadable[0]}`, 'run the watcher as their owner')];
  const files = looks.reduce((sum, look) => sum + look.files, 0);
  if (files === 0)
    return [
      warn(
        about,
        `there are none below ${root}`,
        'nothing to do for OpenClaw 2026.8 and newer, which has only its gateway; else correct TRANSCRIPT_DIR',
      ),
    ];
  return [ok(about, `${files} in ${discovery.folders.length} folders`), await indexFinding(looks, index)];
}

interface FolderLook {
  readonly path: string;
  readonly files: number;
  readonly unreadable: readonly string[];
  readonly hasIndex: boolean;
}

async function lookAtFolder({ path }: Folder): Promise<FolderLook> {
  const names = await readdir(path).catch(() => []);
  const transcripts = names.filter((name) => fileKindOf(name).kind === 'transcript');
  const unreadable = await Promise.all(
    transcripts.map(async (name) =>
      access(join(path, name), constants.R_OK).then(
        () => [],
        () => [join(path, name)],
      ),
    ),
  );
  return { path, files: transcripts.length, unreadable: unreadable.flat(), hasIndex: await isIndex(join(path, INDEX_NAME)) };
}

async function indexFinding(looks: readonly FolderLook[], named: string | undefined): Promise<Finding> {
  if (named !== undefined) return namedIndexFinding(named, looks.length);
  const without = looks.filter(({ hasIndex, files }) => files > 0 && !hasIndex);
  if (without.length === 0) return ok(INDEX, 'every folder has one');
  return warn(
    INDEX,
    `${without.length} folders have none that can be read, such as ${without[0]?.path ?? ''}`,
    'their sessions count as private and get no box; set SESSIONS_JSON if the index lies elsewhere',
  );
}

/** Watchers of another make had only one index, and their settings still name it. */
async function namedIndexFinding(path: string, folders: number): Promise<Finding> {
  if (!(await isIndex(path))) return fail(INDEX, `SESSIONS_JSON names ${path}, which cannot be read`, 'correct it, or leave it out');
  if (folders <= 1) return ok(INDEX, path);
  return warn(INDEX, `SESSIONS_JSON names ${path} for all ${folders} folders`, 'leave it out: each folder has an index of its own');
}

async function isIndex(path: string): Promise<boolean> {
  return readFile(path, 'utf8').then(
    (text) => asRecord(parseLooseJson(text)) !== undefined,
    () => false,
  );
}

/** Connects once, as `live-status pair` does. */
export async function checkGateway({ chosen, stateDir }: Config): Promise<Finding> {
  const about = 'gateway';
  if (chosen.gateway === undefined) return ok(about, 'not watched');
  const { url, token } = chosen.gateway;
  try {
    const { pair } = await import('../../sources/openclaw/gateway/pair.ts');
    return gatewayFinding(await pair({ url, token, version: packageVersion(), stateDir, clock: systemClock }), url);
  } catch (error) {
    return fail(about, `the key of this device cannot be used: ${errorText(error)}`, 'make STATE_DIR writable');
  }
}

function gatewayFinding(outcome: PairOutcome, url: string): Finding {
  switch (outcome.kind) {
    case 'paired':
      return ok('gateway', `${url} (OpenClaw ${outcome.version}) shows its sessions`);
    case 'pending':
      return fail('gateway', `${url} does not know this device yet`, `run on its host: ${outcome.command}`);
    case 'failed':
      return fail(
        'gateway',
        'because' in outcome.state ? outcome.state.because : `${url} did not answer`,
        'is the gateway running, and are GATEWAY_URL and its token right?',
      );
    default:
      return outcome satisfies never;
  }
}

/** Settings of OpenClaw on this machine that matter to people who use boxes. */
export async function checkOpenClaw(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const path = openclawConfigPath(env);
  const text = path === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined);
  if (path === undefined || text === undefined) return [];
  const config = asRecord(parseLooseJson(text));
  if (config === undefined) return [warn('OpenClaw', `${path} cannot be understood`, 'openclaw doctor')];
  const mattermost = asRecord(asRecord(config['channels'])?.['mattermost']) ?? {};
  return [previewFinding(mattermost), approvalFinding(mattermost)];
}

function previewFinding(mattermost: JsonRecord): Finding {
  const mode = asRecord(mattermost['streaming'])?.['mode'] ?? 'partial';
  if (mode === 'off') return ok('preview of OpenClaw', 'off');
  return warn(
    'preview of OpenClaw',
    `channels.mattermost.streaming.mode is ${JSON.stringify(mode)}: tool lines may stand twice, in its preview and in the box`,
    'set it to "off", or to "partial" with preview.toolProgress: false',
  );
}
