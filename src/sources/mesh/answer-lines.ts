// The lines to copy with which a person answers the mesh. Pure.

import { isHashed } from '../coding-agents/plain-id.ts';

interface Question {
  /** Of the requests, before the verb. */
  readonly subject: string;
  readonly verbs: readonly string[];
  /** What the request calls the id. */
  readonly field: string;
  readonly id: string;
}

/** None for what has a strange or endless id: the mesh does not know what we call it, and nobody shall copy what it calls it. */
export function answerLines({ subject, verbs, field, id }: Question): string[] {
  const body = JSON.stringify({ [field]: id });
  return isHashed(id) ? [] : verbs.map((verb) => `nats request ${subject}.${verb} '${body}'`);
}
