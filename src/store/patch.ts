// What changed between two states of plain data, as JSON, and the newer state made of that. Cheap where the newer state shares with the
// older one what did not change. Does not know what the data means.

import { asList, asNumber, isRecord } from '../core/json-guards.ts';

/**
 * `to`: another value. `in`: the same object with some members changed or new, and without those that are `gone`. `of`: a list made of
 * the older one.
 */
export type Patch = { to: unknown } | { in: Record<string, Patch>; gone?: string[] } | { of: Item[] };

/** A stretch of the older list, from and up to but not including; or an item of it that changed; or a new one. */
type Item = [number, number] | { at: number; by: Patch } | { to: unknown };

type Members = Readonly<Record<string, unknown>>;

/** `undefined` when nothing changed. A member that is `undefined` does not exist, as in JSON. */
export function patchOf(before: unknown, after: unknown): Patch | undefined {
  if (before === after) return undefined;
  if (Array.isArray(before) && Array.isArray(after)) return listPatch(before, after);
  if (isRecord(before) && isRecord(after)) return membersPatch(before, after);
  return { to: after };
}

/** What is left of the older members keeps its order, and new ones stand behind it; else the patch is the whole object. */
function membersPatch(before: Members, after: Members): Patch | undefined {
  const [olderNames, older] = [Object.keys(before), Object.values(before)];
  const [names, values] = [Object.keys(after), Object.values(after)];
  const changed: [string, Patch][] = [];
  const gone: string[] = [];
  let kept = 0;
  for (const [index, name] of olderNames.entries()) {
    const isKept = names[kept] === name;
    const value = isKept ? values[kept] : undefined;
    const patch = value === undefined ? undefined : patchOf(older[index], value);
    if (patch !== undefined) changed.push([name, patch]);
    if (isKept) kept += 1;
    if (value === undefined) gone.push(name);
  }
  const added = names.slice(kept).filter((name) => after[name] !== undefined);
  if (added.some((name) => gone.includes(name))) return { to: after };
  changed.push(...added.map((name): [string, Patch] => [name, { to: after[name] }]));
  if (changed.length + gone.length === 0) return undefined;
  return { in: Object.fromEntries(changed), ...(gone.length === 0 ? {} : { gone }) };
}

function listPatch(before: readonly unknown[], after: readonly unknown[]): Patch | undefined {
  const of = itemsOf(before, after);
  const kept = of.reduce((sum, item) => sum + (Array.isArray(item) ? item[1] - item[0] : 0), 0);
  return kept === before.length && kept === after.length ? undefined : { of };
}

function itemsOf(before: readonly unknown[], after: readonly unknown[]): Item[] {
  const items: Item[] = [];
  let next = 0; // older items before this one have their place, or are gone
  for (const [index, value] of after.entries()) {
    const found = before.indexOf(value, next);
    if (found !== -1) {
      addOlder(items, found);
      next = found + 1;
    } else if (isRecord(value) && isRecord(before[next]) && !after.includes(before[next], index)) {
      addChanged(items, next, patchOf(before[next], value));
      next += 1;
    } else items.push({ to: value });
  }
  return items;
}

function addChanged(items: Item[], at: number, by: Patch | undefined): void {
  if (by === undefined) addOlder(items, at);
  else items.push({ at, by });
}

function addOlder(items: Item[], at: number): void {
  const last = items.at(-1);
  if (Array.isArray(last) && last[1] === at) last[1] = at + 1;
  else items.push([at, at + 1]);
}

/** The state after `patch`. A patch that was not made for `before`, or is none at all, gives something else, and never throws. */
export function patched(before: unknown, patch: unknown): unknown {
  if (!isPatch(patch)) return before;
  if ('to' in patch) return patch.to;
  if ('of' in patch) return Array.isArray(before) ? asList(patch.of).flatMap((item) => made(before as unknown[], item)) : [];
  const members = new Map(Object.entries(isRecord(before) ? before : {}));
  for (const name of asList(patch.gone)) if (typeof name === 'string') members.delete(name);
  for (const [name, by] of Object.entries(patch.in)) members.set(name, patched(members.get(name), by));
  return Object.fromEntries(members);
}

function made(before: readonly unknown[], item: unknown): unknown[] {
  if (Array.isArray(item)) return before.slice(asNumber(item[0]) ?? 0, asNumber(item[1]) ?? 0);
  if (!isRecord(item)) return [];
  return ['to' in item ? item['to'] : patched(before[asNumber(item['at']) ?? -1], item['by'])];
}

export function isPatch(value: unknown): value is Patch {
  return isRecord(value) && ('to' in value || isRecord(value['in']) || Array.isArray(value['of']));
}
