// The version of Node that the program needs.

const NEEDED = { major: 22, minor: 22 };

/** The version as text for people. */
export const NODE_NEEDED = `${NEEDED.major}.${NEEDED.minor}`;

/** `version` has the form of `process.version`. */
export function isNodeNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  return major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor);
}
