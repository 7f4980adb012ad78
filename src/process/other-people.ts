// Whether somebody else can log in on this machine, and so reach what listens on loopback.

import { readFileSync } from 'node:fs';

const FIRST_PERSON = 1_000; // accounts of programs have lower numbers
const FIRST_NOBODY = 65_534;
const NO_SHELLS = /(?:nologin|false|sync|halt|shutdown)$/;

/**
 * The accounts of other people with a shell in `/etc/passwd`. Root is not counted: it can read everything anyway. `undefined` when that
 * is not known, as on systems that keep their accounts elsewhere.
 */
export function otherPeople(passwdPath = '/etc/passwd', ownUid = process.getuid?.(), platform = process.platform): string[] | undefined {
  if (platform !== 'linux' || ownUid === undefined) return undefined;
  try {
    const accounts = readFileSync(passwdPath, 'utf8').split('\n');
    return accounts.flatMap((line) => {
      const [name = '', , uid, , , , shell = ''] = line.split(':');
      const number = Number(uid);
      const isPerson = number >= FIRST_PERSON && number < FIRST_NOBODY && !NO_SHELLS.test(shell);
      return isPerson && number !== ownUid ? [name] : [];
    });
  } catch {
    return undefined;
  }
}
