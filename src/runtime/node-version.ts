// Which Node the program needs.

const NEEDED = { major: 22, minor: 22 };

/** For people. */
export const NODE_NEEDED = `${NEEDED.major}.${NEEDED.minor}`;

/** `version` as `process.version` says it. */
export function isNodeNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  return major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor);
}
