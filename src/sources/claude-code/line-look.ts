// Looks at a line without parsing it: most bytes of a first turn are context for the model, and nothing of them is shown.

/** What the beginning of a line tells. `uuid` and `parentUuid` are there for messages only. */
export interface LineLook {
  /** Its type; `undefined` when only a full parse tells. */
  type: string | undefined;
  /** Nothing in it matters but its place among the others. */
  isSilent: boolean;
  uuid: string | undefined;
  parentUuid: string | undefined;
}

const HEAD_CHARS = 600;
/** Written several times per turn, or known by name only. */
const SILENT: ReadonlySet<string> = new Set(
  (
    'mode permission-mode atis-latch tools-used file-history-snapshot file-history-delta last-prompt api-request-shape api-request-blob ' +
    'worktree-state relocated summary progress tag pr-link continued-in content-replacement fork-context-ref frame-link ' +
    'ended-by-model bridge-session history-suppression attribution-snapshot isolation-latch memory-mode observer-ref agent-color ' +
    'agent-setting'
  ).split(' '),
);
const SIDE_LINE = /^\{"type":"([\w-]{1,60})"/;
const MESSAGE_HEAD = /^\{"parentUuid":(?:null|"([^"\\]{1,64})")/;
const ATTACHMENT_HEAD =
  /^\{"parentUuid":(?:null|"[^"\\]{1,64}"),(?:"(?:isSidechain|agentId|logicalParentUuid|promptId)":(?:true|false|null|"[^"\\]{0,64}"),)*"attachment":/;
const UUID_MARK = '"type":"attachment","uuid":"';

export function lookAt(line: string): LineLook {
  const head = line.slice(0, HEAD_CHARS);
  const side = SIDE_LINE.exec(head)?.[1];
  if (side !== undefined) return { type: side, isSilent: SILENT.has(side), uuid: undefined, parentUuid: undefined };
  if (!ATTACHMENT_HEAD.test(head)) return { type: undefined, isSilent: false, uuid: undefined, parentUuid: undefined };
  const mark = line.lastIndexOf(UUID_MARK);
  const uuid = mark < 0 ? undefined : /^[^"\\]{1,64}/.exec(line.slice(mark + UUID_MARK.length))?.[0];
  return { type: 'attachment', isSilent: uuid !== undefined, uuid, parentUuid: MESSAGE_HEAD.exec(head)?.[1] };
}
