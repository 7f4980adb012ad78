// Message attachments inside props: how the server stores them, and what readers get.

import { isObject } from './lenient-json.ts';

/** Every attachment is stored with all of these fields, which is why a short one costs about 220 characters of props. */
const TEXT_FIELDS = ['fallback', 'color', 'pretext', 'author_name', 'author_link', 'author_icon', 'title', 'title_link', 'text'];
const LATE_TEXT_FIELDS = ['image_url', 'thumb_url', 'footer', 'footer_icon'];
const ACTION_FIELDS = ['id', 'type', 'name', 'disabled', 'style', 'data_source', 'options', 'default_option', 'integration'];

/** The props as they are stored: attachments in full form, reserved keys dropped. */
export function storedProps(props: Record<string, unknown>, newId: () => string): Record<string, unknown> {
  const { add_channel_member: _dropped, channel_mentions: _rebuilt, ...kept } = props;
  if (!('attachments' in kept)) return kept;
  return { ...kept, attachments: storedAttachments(kept['attachments'], newId) };
}

/** A value that is no list, or a list without one readable item, becomes `null`; unreadable items vanish without an error. */
function storedAttachments(value: unknown, newId: () => string): unknown {
  if (!Array.isArray(value)) return null;
  const attachments = value.flatMap((item: unknown) => storedAttachment(item ?? {}, newId) ?? []);
  return attachments.length === 0 ? null : attachments;
}

function storedAttachment(item: unknown, newId: () => string): Record<string, unknown> | undefined {
  if (!isObject(item)) return undefined;
  const early = textFields(item, TEXT_FIELDS);
  const late = textFields(item, LATE_TEXT_FIELDS);
  if (early === undefined || late === undefined) return undefined;
  const fields = Array.isArray(item['fields']) ? item['fields'].filter(isObject).map(storedField) : null;
  const actions = Array.isArray(item['actions']) ? item['actions'].filter(isObject).map((action) => storedAction(action, newId)) : [];
  return { id: 0, ...early, fields, ...late, ts: item['ts'] ?? null, ...(actions.length === 0 ? {} : { actions }) };
}

function textFields(item: Record<string, unknown>, names: string[]): Record<string, string> | undefined {
  const fields: Record<string, string> = {};
  for (const name of names) {
    const value = item[name] ?? '';
    if (typeof value !== 'string') return undefined;
    fields[name] = value;
  }
  return fields;
}

function storedField(field: Record<string, unknown>): Record<string, unknown> {
  return { title: field['title'] ?? '', value: field['value'] ?? null, short: field['short'] === true };
}

function storedAction(action: Record<string, unknown>, newId: () => string): Record<string, unknown> {
  const kept: Record<string, unknown> = { id: newId() };
  for (const name of ACTION_FIELDS) if (action[name] !== undefined) kept[name] = action[name];
  return kept;
}

/** The props as readers see them: where a button points to is never sent. */
export function visibleProps(props: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(props['attachments'])) return props;
  return { ...props, attachments: props['attachments'].filter(isObject).map(withoutTargets) };
}

function withoutTargets(attachment: Record<string, unknown>): Record<string, unknown> {
  const actions = attachment['actions'];
  if (!Array.isArray(actions)) return attachment;
  return { ...attachment, actions: actions.filter(isObject).map(({ integration: _hidden, ...shown }) => shown) };
}

/** Whether two stored props carry the same attachments; only then does an edit leave `edit_at` alone. */
export function sameAttachments(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return canonical(a['attachments'] ?? null) === canonical(b['attachments'] ?? null);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1))) : inner,
  );
}
