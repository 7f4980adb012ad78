// Finds the known name that somebody probably meant.

/** The nearest candidate within `most` typing mistakes (letters added, left out, replaced or swapped), if any. */
export function closestName(name: string, candidates: Iterable<string>, most: number): string | undefined {
  let best: string | undefined;
  let bestDistance = most + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > most) continue;
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Optimal string alignment distance: the number of typing mistakes between two names. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) row.push(cell(a, b, i, j, { row, last, beforeLast }));
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

function cell(a: string, b: string, i: number, j: number, rows: { row: number[]; last: number[]; beforeLast: number[] }): number {
  const at = (row: number[], column: number) => row[column] ?? Number.POSITIVE_INFINITY;
  const replaced = at(rows.last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
  const swapped =
    i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(rows.beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
  return Math.min(at(rows.last, j) + 1, at(rows.row, j - 1) + 1, replaced, swapped);
}
