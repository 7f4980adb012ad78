// Whether and how a mesh is watched: by its bus, else by its dashboard; and its workspace on this machine.

import { isLoopback } from '../core/loopback.ts';
import { type FileText, readRegularFile } from './regular-file.ts';
import { isExposed } from './server-url.ts';
import { settings as table, type Values } from './settings.ts';

const NAMES = [
  'meshNatsUrl',
  'meshNatsCreds',
  'meshNatsTokenFile',
  'meshNatsUserFile',
  'meshNatsCaFile',
  'meshNatsCertFile',
  'meshNatsKeyFile',
  'meshSseUrl',
  'openclawNodeDir',
] as const satisfies readonly (keyof Values)[];

const FILES = NAMES.filter((name) => name !== 'meshNatsUrl' && name !== 'meshSseUrl' && name !== 'openclawNodeDir');
const PROOFS = ['meshNatsCreds', 'meshNatsTokenFile', 'meshNatsUserFile'] as const;
const MAX_BYTES = 262_144; // no key and no certificate has more; a wrong path may point to any file

export type MeshSettings = Partial<Record<(typeof NAMES)[number], string | undefined>> & { allowPlaintext?: boolean | undefined };

export interface MeshAccess {
  readonly nats?: {
    readonly url: string;
    readonly credsFile?: string | undefined;
    readonly tokenFile?: string | undefined;
    readonly userFile?: string | undefined;
    readonly caFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
    /** At each attempt, since somebody may have changed them. */
    readonly read: (path: string) => FileText;
  };
  readonly sseUrl?: string | undefined;
  readonly folder?: string | undefined;
}

interface MeshProblem {
  readonly variable: string;
  readonly wrong: string;
  readonly expected: string;
}

export type MeshChoice =
  | { readonly access: MeshAccess; readonly why: string }
  | { readonly why: string }
  | { readonly problems: readonly MeshProblem[] };

/** `isNamed`: SOURCES names the mesh. */
export function meshOf(settings: MeshSettings, isNamed: boolean): MeshChoice {
  const { meshNatsUrl: url, meshSseUrl: sseUrl, openclawNodeDir: folder } = settings;
  const isSet = url !== undefined || sseUrl !== undefined || folder !== undefined;
  const problems = [...wrongFiles(settings), ...wrongTogether(settings), ...(isNamed && !isSet ? [missing()] : [])];
  if (problems.length > 0) return { problems };
  if (!isSet) return { why: `${table.meshNatsUrl.variable} is not set` };
  const places = [url ?? sseUrl, folder].filter((place) => place !== undefined);
  return { access: { ...(url === undefined ? {} : { nats: natsOf(settings, url) }), sseUrl, folder }, why: places.join(' and ') };
}

function natsOf(settings: MeshSettings, url: string): NonNullable<MeshAccess['nats']> {
  return {
    url,
    credsFile: settings.meshNatsCreds,
    tokenFile: settings.meshNatsTokenFile,
    userFile: settings.meshNatsUserFile,
    caFile: settings.meshNatsCaFile,
    certFile: settings.meshNatsCertFile,
    keyFile: settings.meshNatsKeyFile,
    read: readBounded,
  };
}

function readBounded(path: string): FileText {
  return readRegularFile(path, MAX_BYTES);
}

/** Every file that cannot be read is named, not only the first. */
function wrongFiles(settings: MeshSettings): MeshProblem[] {
  return FILES.flatMap((name) => {
    const path = settings[name];
    const read = path === undefined ? { text: '' } : readBounded(path);
    return 'wrong' in read ? [problem(name, `names ${read.wrong}`)] : [];
  });
}

function wrongTogether(settings: MeshSettings): MeshProblem[] {
  const { meshNatsUrl: url, meshSseUrl, meshNatsCertFile, meshNatsKeyFile } = settings;
  const proofs = PROOFS.filter((name) => settings[name] !== undefined);
  const orphans = url === undefined ? FILES.filter((name) => settings[name] !== undefined) : [];
  return [
    ...(url !== undefined && meshSseUrl !== undefined ? [twice('meshSseUrl', 'meshNatsUrl')] : []),
    ...proofs.slice(1).map((name) => twice(name, proofs[0] ?? name)),
    ...orphans.map((name) => ({ ...problem(name, 'is set, and MESH_NATS_URL is not'), expected: 'MESH_NATS_URL beside it' })),
    ...((meshNatsCertFile === undefined) === (meshNatsKeyFile === undefined) ? [] : [halfCertificate(meshNatsCertFile === undefined)]),
    ...plaintext(settings),
  ];
}

function twice(name: keyof typeof table, other: keyof typeof table): MeshProblem {
  return { variable: table[name].variable, wrong: `is set, and ${table[other].variable} is set too`, expected: 'only one of the two' };
}

function halfCertificate(isKeyAlone: boolean): MeshProblem {
  const [there, gone] = isKeyAlone
    ? (['meshNatsKeyFile', 'meshNatsCertFile'] as const)
    : (['meshNatsCertFile', 'meshNatsKeyFile'] as const);
  return { variable: table[gone].variable, wrong: `is missing, and ${table[there].variable} is set`, expected: table[gone].form.expected };
}

/** A token or a password would be readable on the way; what a `.creds` file proves is not. */
function plaintext({
  meshNatsUrl = '',
  meshSseUrl,
  meshNatsTokenFile,
  meshNatsUserFile,
  meshNatsCaFile,
  allowPlaintext,
}: MeshSettings): MeshProblem[] {
  if (allowPlaintext === true) return [];
  const hasSecret = meshNatsTokenFile !== undefined || meshNatsUserFile !== undefined;
  const isOpen = hasSecret && meshNatsCaFile === undefined && meshNatsUrl.split(',').some(isOpenBus);
  return [
    ...(isOpen ? [exposed('meshNatsUrl', 'would send the password in plain text to another machine', 'tls')] : []),
    ...(meshSseUrl !== undefined && isExposed(meshSseUrl)
      ? [exposed('meshSseUrl', 'would read over plain http from another machine', 'https')]
      : []),
  ];
}

function isOpenBus(address: string): boolean {
  return address.startsWith('nats:') && !isLoopback(new URL(address).hostname);
}

function exposed(name: 'meshNatsUrl' | 'meshSseUrl', wrong: string, better: string): MeshProblem {
  return { variable: table[name].variable, wrong, expected: `${better}, or ALLOW_PLAINTEXT=1 if you accept that` };
}

function missing(): MeshProblem {
  return { ...problem('meshNatsUrl', 'is missing'), expected: `${table.meshNatsUrl.form.expected}; or MESH_SSE_URL or OPENCLAW_NODE_DIR` };
}

function problem(name: keyof typeof table, wrong: string): MeshProblem {
  return { variable: table[name].variable, wrong, expected: table[name].form.expected };
}
