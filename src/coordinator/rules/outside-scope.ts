// Finds changes outside of what an agent works at: of a task by the mesh's harness, of a coding agent by the paths of its tools.

import { deedRule } from './deed-rule.ts';
import { describeFiles, enforcementOf } from './enforcement.ts';
import type { ToolStarted } from './observation.ts';

/** Tools that write files, by the arguments that name these. */
const WRITING_TOOLS: ReadonlySet<string> = new Set(['write', 'edit', 'multiedit', 'notebookedit', 'apply_patch']);
const PATHS: readonly string[] = ['file_path', 'notebook_path', 'path'];
/** Folders for scraps, and those in which agents keep what is theirs: plans, memories, worktrees. */
const FREE =
  /^(?:\/tmp|\/private\/tmp|\/var\/(?:tmp|folders)|\/private\/var\/folders|\/dev\/shm|\/run\/user\/\d+)\/|\/\.(?:claude|codex|pi|openclaw|agents|cache|config|local)\/|\/(?:worktrees|\.worktrees)\//;

export const outsideScope = deedRule({
  name: 'outside-scope',
  meaning: 'files are changed only inside of the project, or of the scope of a task',
  byDefault: 'on',
  severity: 'violation',
  ofCall: (call) =>
    changesOutside(call) ? { finding: 'project', severity: 'remark', deed: 'changed a file outside of its project' } : undefined,
  ofFact(fact) {
    const enforcement = enforcementOf(fact);
    if (enforcement?.rule !== 'scope-enforcement') return undefined;
    return { finding: 'task', severity: 'violation', deed: `changed files outside of its scope, ${describeFiles(enforcement.files)}` };
  },
});

/** Only whole paths are judged: others are relative to a folder that is not known. */
function changesOutside({ address, tool, args }: ToolStarted): boolean {
  const project = address === undefined ? undefined : /^(?:claude-code|codex|pi):(\/.+)$/.exec(address)?.[1];
  if (project === undefined || !WRITING_TOOLS.has(tool.trim().toLowerCase())) return false;
  const paths = PATHS.flatMap((name) => args[name]?.split(', ') ?? []);
  return paths.some((path) => path.startsWith('/') && !isInside(path, project) && !FREE.test(path) && !path.endsWith('…'));
}

/** A second working tree of a project lies beside it and is called like it: `shop-fix` of `shop`. */
function isInside(path: string, project: string): boolean {
  return path.startsWith(`${project}/`) || path.startsWith(`${project}-`) || path.startsWith(`${project}.`);
}
