// Defines a route, and the authenticated request that a route gets.

import { refusal } from './answer.ts';
import type { Reply } from './answer.ts';
import type { User, World } from './world.ts';

/** What a route gets. */
export interface Call {
  world: World;
  user: User;
  /** The parts of the path in braces, ids already checked; `me` is already the caller's id. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: string;
}

/** A route that needs a valid token. `whenDatabaseDown` is how it refuses while the database is down. */
export interface Route {
  method: string;
  /** Below `/api/v4`, with `{name}` for variable parts. */
  path: string;
  whenDatabaseDown: [status: number, id: string];
  answer(call: Call): Reply;
}

const ID = /^[a-z0-9]{26}$/;

/** A path parameter that has to be an id: 400 when it cannot be one. */
export function idParam(params: Record<string, string>, name: string): string {
  const value = params[name] ?? '';
  if (!ID.test(value)) throw refusal('api.context.invalid_url_param.app_error', { what: name });
  return value;
}

/** The parameters of `path` under `pattern`, or `undefined` when it is another route. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const actual = given[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = actual;
    else if (part !== actual) return undefined;
  }
  return params;
}
