// Decodes a request body into the fields of a post, as strictly as the played version does.

import { refusal } from './answer.ts';
import type { Call } from './route-call.ts';
import { firstJsonValue, isObject } from './lenient-json.ts';

/** The fields of a posted or patched post that matter; `undefined` if the body does not have them. */
export interface PostFields {
  id: string | undefined;
  channelId: string | undefined;
  rootId: string | undefined;
  message: string | undefined;
  type: string | undefined;
  pendingPostId: string | undefined;
  isPinned: boolean | undefined;
  props: Record<string, unknown> | undefined;
}

/** Decodes the body; 400 when there is no JSON value in it (or, strictly, when a field has the wrong type). */
export function decodePost(call: Call): PostFields {
  const value = firstJsonValue(call.body);
  const strict = call.world.rules.strictJson;
  if (call.body.trim() === 'null' && call.world.rules.nullBodyIsForbidden) throw refusal('api.context.permissions.app_error');
  if (value === undefined || value === null || (strict && !isObject(value))) throw invalidBody();
  const body = isObject(value) ? value : {};
  const text = (name: string) => fieldOf(body, name, (field) => typeof field === 'string', strict);
  return {
    id: text('id'),
    channelId: text('channel_id'),
    rootId: text('root_id'),
    message: text('message'),
    type: text('type'),
    pendingPostId: text('pending_post_id'),
    isPinned: fieldOf(body, 'is_pinned', (field) => typeof field === 'boolean', strict),
    props: fieldOf(body, 'props', isObject, strict),
  };
}

function fieldOf<T>(body: Record<string, unknown>, name: string, isRight: (field: unknown) => field is T, strict: boolean): T | undefined {
  const field = body[name] ?? undefined;
  if (field === undefined || isRight(field)) return field;
  if (strict) throw invalidBody();
  return undefined;
}

function invalidBody() {
  return refusal('api.context.invalid_body_param.app_error', { what: 'post' });
}
