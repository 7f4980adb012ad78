/**
 * Adds to package-lock.json the optional platform packages that npm left out of it.
 *
 * A registry mirror that has not yet copied the builds for other platforms makes `npm install` drop them from the lock
 * file, and from then on every `npm ci` refuses that file as out of sync. The entries written here carry the version
 * and the platform, which is all that npm needs to skip them elsewhere; they have no integrity, because nothing was fetched.
 *
 * Run after `npm install`: `node scripts/complete-lock.ts`. Does nothing when the file is complete.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface LockEntry {
  version?: string;
  optionalDependencies?: Record<string, string>;
  [field: string]: unknown;
}

const LOCK_PATH = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const OPERATING_SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const LIBC_BY_SUFFIX: Record<string, string> = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** The platform fields of a package named like `@scope/binding-linux-x64-gnu`; biome leaves the suffix out for glibc. */
function platformOf(name: string): Record<string, string[]> {
  const words = name.split(/[/-]/);
  const at = words.findIndex((word) => OPERATING_SYSTEMS.includes(word));
  const os = words[at];
  const cpu = words[at + 1];
  if (os === undefined || cpu === undefined) throw new Error(`No platform in the name of the optional package ${name}.`);
  const libc = os === 'linux' ? LIBC_BY_SUFFIX[words[at + 2] ?? ''] : undefined;
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }) };
}

function missingEntries(packagesByPath: Record<string, LockEntry>): [string, LockEntry][] {
  return Object.entries(packagesByPath).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !(`node_modules/${name}` in packagesByPath) && !(`${parent}/node_modules/${name}` in packagesByPath))
      .map(([name, version]): [string, LockEntry] => [`node_modules/${name}`, { version, dev: true, optional: true, ...platformOf(name) }]),
  );
}

// npm's own file, in the form of its lock file version 3.
const lock = JSON.parse(readFileSync(LOCK_PATH, 'utf8')) as { packages: Record<string, LockEntry> };
const missing = missingEntries(lock.packages);
if (missing.length > 0) {
  const sorted = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(LOCK_PATH, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}
console.log(`package-lock.json: ${missing.length} platform packages added.`);
