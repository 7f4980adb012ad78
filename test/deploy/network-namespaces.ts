// Two machines that reach each other by one cable and nothing else: network namespaces with a pair of virtual interfaces.

import { execFileSync } from 'node:child_process';

/** Of a block for documentation, which no real machine has. */
export const HOST_ADDRESS = '198.51.100.1';
const OTHER_ADDRESS = '198.51.100.2';

/** Makes both; gives what removes them again. */
export function layCable(host: string, other: string): () => void {
  const remove = (): void => {
    for (const name of [host, other]) if (ip('netns', 'list').includes(name)) ip('netns', 'delete', name);
  };
  remove();
  for (const name of [host, other]) ip('netns', 'add', name);
  ip('-netns', host, 'link', 'add', 'cable0', 'type', 'veth', 'peer', 'name', 'cable0', 'netns', other);
  for (const [name, address] of [
    [host, HOST_ADDRESS],
    [other, OTHER_ADDRESS],
  ] as const) {
    ip('-netns', name, 'address', 'add', `${address}/30`, 'dev', 'cable0');
    for (const link of ['lo', 'cable0']) ip('-netns', name, 'link', 'set', link, 'up');
  }
  return remove;
}

function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}
