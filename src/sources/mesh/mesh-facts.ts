// What the mesh says that only rules of the coordinator judge. These names are a promise to them:
//
// | what           | facts                                                                                    |
// |----------------|------------------------------------------------------------------------------------------|
// | `enforcement`  | rule, files (divided by commas), message, severity (`violation`, `warning`)              |
// | `record_size`  | record (its name), bytes                                                                 |
// | `notification` | kind (`block`, `error`), title, message, node                                            |
// | `works_on`     | taskId, program (as sources call it; empty: nobody any more), for `core/task-workers.ts`  |
// | `spawn_logged` | place, for `core/spawn-trail.ts`                                                         |
//
// `rule` is the mesh's own name: `scope-enforcement`, `forbidden:<pattern>`, `no-silent-failure`, `build-before-done`, `block-rm-rf`,
// `required-output`, …

import type { SessionEvent } from '../../core/event.ts';
import type { SPAWN_LOGGED } from '../../core/spawn-trail.ts';
import type { WORKS_ON } from '../../core/task-workers.ts';
import { MESH } from './mesh-identity.ts';
import type { ShowText } from './shown-text.ts';
import type { Task, Violation } from './task-record.ts';

type ObservedWhat = 'enforcement' | 'record_size' | 'notification' | typeof WORKS_ON | typeof SPAWN_LOGGED;

export function observed(sessionKey: string, at: number, what: ObservedWhat, facts: Record<string, string>): SessionEvent {
  return { type: 'observed', sessionKey, at, source: MESH.id, namesRuns: true, what, facts };
}

/** The findings of the mesh's own checks on the result of a task, each with a name by which it is said once. */
export function enforcements({ id, result }: Task, show: ShowText): { name: string; facts: Record<string, string> }[] {
  return (result?.violations ?? []).map((violation) => ({
    name: `${id} ${violation.rule} ${violation.message}`.slice(0, 400),
    facts: factsOf(violation, show),
  }));
}

function factsOf({ rule, message, files, isWarning }: Violation, show: ShowText): Record<string, string> {
  return {
    rule: show(rule) ?? '',
    files: files.flatMap((file) => show(file) ?? []).join(', '),
    message: show(message, 300) ?? '',
    severity: isWarning ? 'warning' : 'violation',
  };
}
