// Reads an encoded attachment back, as a client does.

import type { PostBody } from '../../../../src/core/sink.ts';

/** The one attachment of a body. `lines` are those of its field, none without a field. Throws when it is not one of ours. */
export function boxOf({ props }: PostBody): { title: string; fallback: string; color: string; lines: string[] } {
  const attachments: unknown = props['attachments'];
  const [box, ...others]: unknown[] = Array.isArray(attachments) ? attachments : [];
  if (!isRecord(box) || others.length > 0) throw new Error('There is not exactly one attachment.');
  const fields: unknown[] = Array.isArray(box['fields']) ? box['fields'] : [];
  const lines = fields.flatMap((field) => (isRecord(field) ? String(field['value']).split('\n') : []));
  return { title: String(box['title']), fallback: String(box['fallback']), color: String(box['color']), lines };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
