// Root may read everything: what shall not be readable is tried as nobody, within directories that anybody may enter.

import { chmodSync } from 'node:fs';

const NOBODY = 65_534;

/** Does `act` as an ordinary user; `folder` is opened to all before. */
export async function withoutRoot<Result>(folder: string, act: () => Result | Promise<Result>): Promise<Result> {
  if (process.getuid?.() !== 0) return act();
  chmodSync(folder, 0o755);
  process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}
