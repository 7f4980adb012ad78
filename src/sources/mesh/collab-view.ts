// What the boxes of a collaboration and of its members show. Pure.

import { answerLines } from './answer-lines.ts';
import type { BoxView, EndView, MeterView, NoteView, WaitView } from './box-view.ts';
import { type Collab, collabAt, isCollabOver, latestReflectionAt, type Member } from './collab-record.ts';
import { isAtGate } from './collab-gate.ts';
import { addressOf, keyOf, memberKey } from './mesh-identity.ts';
import { sizeNote } from './bucket-record-size.ts';
import type { TaskStatus } from './task-record.ts';
import type { ViewContext } from './view-context.ts';

const TEXT_CHARS = 2_000;
const REASON_CHARS = 200;

export interface CollabSurroundings {
  /** The place at which an event told of a gate (`placeOf`). */
  readonly gateAt?: string | undefined;
  /** The state of the task that it works on. */
  readonly taskStatus?: TaskStatus | undefined;
}

export function collabView(collab: Collab, context: ViewContext, around: CollabSurroundings): BoxView {
  const { show, heardAt } = context;
  const at = collabAt(collab) || heardAt;
  return {
    key: keyOf('collab', collab.id),
    agentId: 'mesh',
    address: addressOf('collab', collab.id),
    title: `${collab.taskId ?? collab.id} ${modeOf(collab, context)}`,
    startedAt: collab.createdAt ?? at,
    at,
    notes: notesOf(collab, context),
    meters: costMeter(collab),
    waits: isAtGate(collab, around.gateAt, context.now) ? [gateOf(collab, context, at)] : [],
    calls: [],
    children: collab.members.map(({ nodeId, role, joinedAt }) => ({
      key: memberKey(collab.id, nodeId),
      label: nameOf(nodeId, show(role, 40)),
      at: joinedAt ?? at,
    })),
    steps: [],
    end: endOf(collab, context, around, at),
  };
}

/** The boxes of the members, nested in that of the collaboration. */
export function memberViews(collab: Collab, context: ViewContext, { end }: BoxView): BoxView[] {
  return collab.members.map((member) => memberView(collab, member, context, end));
}

function memberView(collab: Collab, member: Member, { show, heardAt }: ViewContext, end: EndView | undefined): BoxView {
  const { nodeId, role } = member;
  const reflection = collab.reflections.find((one) => one.nodeId === nodeId);
  const startedAt = member.joinedAt ?? collab.createdAt ?? heardAt;
  const at = Math.max(startedAt, reflection?.at ?? 0);
  const sure = reflection?.confidence === undefined ? '' : `, confidence ${reflection.confidence}`;
  const vote = reflection && `round ${collab.round}: ${show(reflection.vote, 30) ?? 'no vote'}${sure}`;
  const isBlocking = reflection?.vote === 'blocked';
  return {
    key: memberKey(collab.id, nodeId),
    agentId: nodeId,
    address: addressOf('collab', collab.id),
    title: nameOf(nodeId, show(role, 40)),
    parentKey: keyOf('collab', collab.id),
    startedAt,
    at,
    notes: vote ? [{ noteId: 'vote', text: vote, severity: isBlocking ? 'warning' : 'info' }] : [],
    meters: [],
    waits: [],
    calls: [],
    children: [],
    steps: [],
    end: memberEnd(member, end, at),
  };
}

function nameOf(nodeId: string, role: string | undefined): string {
  return role === undefined ? nodeId : `${nodeId} (${role})`;
}

/** It ends right before the collaboration, which then waits for nobody's report. */
function memberEnd({ status }: Member, end: EndView | undefined, at: number): EndView | undefined {
  if (/^(?:dead|left|removed|lost)$/.test(status)) return { outcome: 'lost', at };
  return end === undefined ? undefined : { outcome: end.outcome === 'done' ? 'done' : 'aborted', at: Math.max(at, end.at - 1) };
}

function modeOf({ mode }: Collab, { show }: ViewContext): string {
  return (show(mode.replace(/_strategy$/, ''), 30) ?? '').replaceAll('_', ' ');
}

function notesOf(collab: Collab, { show, bytes }: ViewContext): NoteView[] {
  const said = (noteId: string, text: string | undefined, severity: NoteView['severity'] = 'info'): NoteView[] =>
    text === undefined ? [] : [{ noteId, text, severity }];
  const { stage, status, statusName, gateDecision } = collab;
  const failures = Object.entries(stage.failures).map(([node, count]) => `${show(node, 40)} ${count}`);
  return [
    ...said('state', status === undefined ? `state ${show(statusName, 40)}` : undefined),
    ...said('members', membersText(collab)),
    ...said('stage', stageText(collab, show(stage.integrator, 40))),
    ...said('converged', status === 'converged' ? 'converged' : undefined),
    ...said('gate', gateDecision && `gate ${gateDecision.isApproved ? 'approved' : 'rejected'}`),
    ...said('degraded', stage.degraded.length === 0 ? undefined : `degraded: ${show(stage.degraded.join(', '))}`, 'warning'),
    ...said('unreadable', failures.length === 0 ? undefined : `results that could not be read: ${failures.join(', ')}`, 'warning'),
    ...sizeNote(bytes),
  ];
}

function membersText({ members, mostNodes, status }: Collab): string {
  const count = `${members.length}${mostNodes === undefined ? '' : ` of ${mostNodes}`} nodes`;
  return status === 'recruiting' ? `recruiting, ${count}` : count;
}

function stageText({ stage, round, mostRounds, status }: Collab, integrator: string | undefined): string | undefined {
  if (status === 'recruiting') return undefined;
  const { phase, subround, mostSubrounds, step, pass, mostPasses } = stage;
  if (pass !== undefined) return `pass ${pass} of ${mostPasses ?? '?'}`;
  if (phase === 'finalization' || phase === 'complete') return 'finalization';
  if (phase === 'init') return 'first results';
  if (subround !== undefined) return `sub-round ${subround} of ${mostSubrounds ?? '?'}, step ${step ?? '?'}`;
  const rounds = `round ${round} of ${mostRounds ?? '?'}`;
  return [phase, rounds, integrator === undefined ? undefined : `integrator ${integrator}`].filter(Boolean).join(', ');
}

function costMeter({ stage: { costUsd } }: Collab): MeterView[] {
  return costUsd === undefined ? [] : [{ name: 'Cost', used: Math.round(costUsd * 10_000) / 10_000, unit: '$' }];
}

function gateOf(collab: Collab, context: ViewContext, at: number): WaitView {
  return {
    waitId: 'gate',
    on: 'gate',
    text: `gate: ${gateReason(collab, context)}`,
    who: 'an operator of the mesh',
    copy: answerLines({ subject: 'mesh.collab.gate', verbs: ['approve', 'reject'], field: 'session_id', id: collab.id }),
    at: latestReflectionAt(collab) || at,
  };
}

/** Who blocks and why, else how far it has come. */
function gateReason(collab: Collab, { show }: ViewContext): string {
  const blocked = collab.reflections.filter(({ vote }) => vote === 'blocked');
  if (blocked.length === 0) return `${stageText(collab, undefined) ?? 'this stage'} is done`;
  return blocked.map(({ nodeId, summary }) => [`${nodeId} blocks`, show(summary, REASON_CHARS)].filter(Boolean).join(': ')).join('; ');
}

function endOf(collab: Collab, { show, visibility }: ViewContext, { taskStatus }: CollabSurroundings, at: number): EndView | undefined {
  const { status, completedAt = at, summary, stage } = collab;
  if (status === 'completed') return { outcome: 'done', at: completedAt, text: visibility.texts ? show(summary, TEXT_CHARS) : undefined };
  if (status === 'aborted') return { outcome: 'aborted', at: completedAt, reason: show(summary) ?? stage.degraded[0] };
  if (isCollabOver(collab) || (taskStatus !== 'cancelled' && taskStatus !== 'released')) return undefined;
  return { outcome: taskStatus, at, reason: `${collab.taskId} was ${taskStatus}` };
}
