// How the settings say that a bus of NATS is reached: its address, and files that prove who we are and say whom we trust.

import { isLoopback } from '../core/loopback.ts';
import { type FileText, readRegularFile } from './regular-file.ts';
import { settings as table } from './settings.ts';

/** What the settings of a bus begin with, and what their variables begin with. */
const PREFIXES = { meshNats: 'MESH_NATS', fleet: 'FLEET' } as const;
const FILES = ['Creds', 'TokenFile', 'UserFile', 'CaFile', 'CertFile', 'KeyFile'] as const;
const PROOFS = ['Creds', 'TokenFile', 'UserFile'] as const;
const MAX_BYTES = 262_144; // no key and no certificate has more; a wrong path may point to any file

export type Bus = keyof typeof PREFIXES;
type BusName<B extends Bus> = `${B}${'Url' | (typeof FILES)[number]}`;

export type BusSettings<B extends Bus> = Partial<Record<BusName<B>, string | undefined>> & { allowPlaintext?: boolean | undefined };

export interface BusAccess {
  /** What the names of its variables begin with. */
  readonly prefix: string;
  readonly url: string;
  readonly credsFile?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly userFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** At each attempt, since somebody may have changed them. */
  readonly read: (path: string) => FileText;
}

export interface BusProblem {
  readonly variable: string;
  readonly wrong: string;
  readonly expected: string;
}

export function busAccess<B extends Bus>(bus: B, settings: BusSettings<B>, url: string): BusAccess {
  const of = lookUp(bus, settings);
  return {
    prefix: PREFIXES[bus],
    url,
    credsFile: of('Creds'),
    tokenFile: of('TokenFile'),
    userFile: of('UserFile'),
    caFile: of('CaFile'),
    certFile: of('CertFile'),
    keyFile: of('KeyFile'),
    read: readBounded,
  };
}

/** Every file that cannot be read is named, not only the first, and what does not go together. */
export function busProblems<B extends Bus>(bus: B, settings: BusSettings<B>): BusProblem[] {
  const of = lookUp(bus, settings);
  const set = FILES.filter((name) => of(name) !== undefined);
  const proofs = PROOFS.filter((name) => of(name) !== undefined);
  const orphans = of('Url') === undefined ? set : [];
  const urlVariable = table[`${bus}Url`].variable;
  return [
    ...set.flatMap((name) => wrongFile(bus, name, of(name) ?? '')),
    ...proofs.slice(1).map((name) => setTwice(`${bus}${name}`, `${bus}${proofs[0] ?? name}`)),
    ...orphans.map((name) => ({ ...problem(bus, name, `is set, and ${urlVariable} is not`), expected: `${urlVariable} beside it` })),
    ...((of('CertFile') === undefined) === (of('KeyFile') === undefined) ? [] : [halfCertificate(bus, of('CertFile') === undefined)]),
    ...plaintext(bus, settings),
  ];
}

/** Both settings are set, and only one of them may be. */
export function setTwice(name: keyof typeof table, other: keyof typeof table): BusProblem {
  return { variable: table[name].variable, wrong: `is set, and ${table[other].variable} is set too`, expected: 'only one of the two' };
}

function lookUp<B extends Bus>(bus: B, settings: BusSettings<B>): (name: 'Url' | (typeof FILES)[number]) => string | undefined {
  const values: Partial<Record<string, unknown>> = settings;
  return (name) => {
    const value = values[`${bus}${name}`];
    return typeof value === 'string' ? value : undefined;
  };
}

function readBounded(path: string): FileText {
  return readRegularFile(path, MAX_BYTES);
}

function wrongFile(bus: Bus, name: (typeof FILES)[number], path: string): BusProblem[] {
  const read = readBounded(path);
  return 'wrong' in read ? [problem(bus, name, `names ${read.wrong}`)] : [];
}

function halfCertificate(bus: Bus, isKeyAlone: boolean): BusProblem {
  const [there, gone] = isKeyAlone ? (['KeyFile', 'CertFile'] as const) : (['CertFile', 'KeyFile'] as const);
  return problem(bus, gone, `is missing, and ${table[`${bus}${there}`].variable} is set`);
}

/** A token or a password would be readable on the way; what a `.creds` file proves is not. */
function plaintext<B extends Bus>(bus: B, settings: BusSettings<B>): BusProblem[] {
  const of = lookUp(bus, settings);
  const hasSecret = of('TokenFile') !== undefined || of('UserFile') !== undefined;
  const isOpen = hasSecret && of('CaFile') === undefined && (of('Url')?.split(',').some(isOpenBus) ?? false);
  if (settings.allowPlaintext === true || !isOpen) return [];
  const wrong = 'would send the password in plain text to another machine';
  return [{ variable: table[`${bus}Url`].variable, wrong, expected: 'tls, or ALLOW_PLAINTEXT=1 if you accept that' }];
}

function isOpenBus(address: string): boolean {
  return address.startsWith('nats:') && !isLoopback(new URL(address).hostname);
}

function problem(bus: Bus, name: (typeof FILES)[number], wrong: string): BusProblem {
  const { variable, form } = table[`${bus}${name}`];
  return { variable, wrong, expected: form.expected };
}
