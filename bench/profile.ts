// The top of a CPU profile: which functions used the processor themselves. Reads what `node --cpu-prof` writes.

import { readFileSync } from 'node:fs';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

interface Cost {
  share: number;
  /** Function and file. */
  where: string;
}

const IDLE = new Set(['(idle)', '(root)', '(program)']);

/** The costliest functions as shares of the time in which something ran: alone, and, of the program's own, with all that they call. */
export function topCosts(path: string, count: number): { alone: Cost[]; withCalls: Cost[] } {
  const profile = JSON.parse(readFileSync(path, 'utf8')) as Profile;
  const alone = new Map<number, number>();
  for (const [index, id] of profile.samples.entries()) alone.set(id, (alone.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0));
  const nodesById = new Map(profile.nodes.map((node) => [node.id, node]));
  const [own, whole] = [new Map<string, number>(), new Map<string, number>()];
  let busy = 0;

  function add(sums: Map<string, number>, where: string, time: number): void {
    sums.set(where, (sums.get(where) ?? 0) + time);
  }

  /** Gives the time of a node with everything below it; a function that calls itself counts once. */
  function visit(id: number, above: ReadonlySet<string>): number {
    const node = nodesById.get(id);
    if (node === undefined || (IDLE.has(node.callFrame.functionName) && node.callFrame.functionName !== '(root)')) return 0;
    const where = nameOf(node.callFrame);
    const time = alone.get(id) ?? 0;
    busy += time;
    add(own, where, time);
    const inside = new Set(above).add(where);
    const total = (node.children ?? []).reduce((sum, child) => sum + visit(child, inside), time);
    if (!above.has(where)) add(whole, where, total);
    return total;
  }

  const root = profile.nodes[0];
  if (root !== undefined) visit(root.id, new Set());
  const top = (sums: Map<string, number>): Cost[] =>
    [...sums]
      .map(([where, time]) => ({ where, share: time / busy }))
      .toSorted((a, b) => b.share - a.share)
      .slice(0, count);
  for (const where of whole.keys()) if (!/ (?!node:)\S+\.js:/.test(where)) whole.delete(where);
  return { alone: top(own), withCalls: top(whole) };
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const file = url.replace(/^.*\/(?:dist|node_modules)\//, '');
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}
