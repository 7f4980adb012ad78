// Finds the post that answered an approval of OpenClaw: the gateway does not say who it was. Emits the end of the wait once more, with the
// person. Reads the newest page of the channel, once for each decided approval.

import type { SessionEvent, WaitOutcome } from '../core/event.ts';
import type { Change } from '../core/fold.ts';
import { homeOf } from '../core/home.ts';
import type { Logger } from '../core/log.ts';
import { type EndedWait, endedWaits } from '../core/waiting.ts';
import type { Directory } from '../sinks/mattermost/directory.ts';

export interface WhoAnsweredPorts {
  directory: Pick<Directory, 'postsIn' | 'nameOfPerson'>;
  log: Logger;
  /** Whether anybody is told who answered: otherwise no channel is read for it. */
  isWanted(): boolean;
  emit(event: SessionEvent): void;
}

type Decision = Extract<WaitOutcome, 'allowed_once' | 'allowed_always' | 'denied'>;

/** The words that OpenClaw understands. */
const DECISIONS: ReadonlyMap<string, Decision> = new Map([
  ...['allow', 'once', 'allow-once', 'allowonce'].map((word) => [word, 'allowed_once'] as const),
  ...['always', 'allow-always', 'allowalways'].map((word) => [word, 'allowed_always'] as const),
  ...['deny', 'reject', 'block'].map((word) => [word, 'denied'] as const),
]);
const COMMAND = /(?:^|\s)\/approve\s+(\S{1,200})\s+(\S{1,200})/i;
const MIN_ID_CHARS = 4;
const MAX_ANSWERERS = 5; // each is asked for
const CLOCKS_DIFFER_MS = 60_000; // the server's and the gateway's
/** Only these are answered from the chat. */
const ANSWERED: ReadonlySet<WaitOutcome> = new Set(['allowed', 'allowed_once', 'allowed_always', 'denied', 'answered']);

/** Call with each change. */
export function createWhoAnswered(ports: WhoAnsweredPorts): (change: Change) => void {
  return (change) => {
    if (change.event.source !== 'gateway' || !ports.isWanted()) return;
    for (const wait of endedWaits(change)) if (wait.on === 'approval' && ANSWERED.has(wait.outcome)) void find(wait, change, ports);
  };
}

async function find(wait: EndedWait, { after: { key, turns } }: Change, { directory, log, emit }: WhoAnsweredPorts): Promise<void> {
  const turn = turns.find(({ boxId }) => boxId === wait.boxId);
  const home = turn === undefined ? undefined : homeOf(turn);
  if (home?.kind !== 'channel') return;
  try {
    const posts = await directory.postsIn(home.channelId, wait.since - CLOCKS_DIFFER_MS);
    const answers = posts.flatMap(({ userId, message }) => {
      const outcome = decisionIn(message, wait.waitId);
      return outcome === undefined || !agree(wait.outcome, outcome) ? [] : [{ userId, outcome }];
    });
    const [first, ...others] = await ofPeople(answers, directory);
    // The gateway takes the first answer of somebody who may answer, and we do not know who may.
    if (first === undefined || others.some(({ name, outcome }) => name !== first.name || outcome !== first.outcome)) return;
    const { at, waitId } = wait;
    emit({ type: 'waiting_ended', sessionKey: key, at, source: 'daemon', waitId, outcome: first.outcome, by: `@${first.name}` });
  } catch (error) {
    log.debug({ err: error }, 'The post that answered an approval could not be looked for.');
  }
}

/** With their names. A bot that asks writes the line to copy, and answers nothing. */
async function ofPeople(
  answers: readonly { userId: string; outcome: Decision }[],
  directory: WhoAnsweredPorts['directory'],
): Promise<{ name: string; outcome: Decision }[]> {
  const userIds = [...new Set(answers.map(({ userId }) => userId))];
  if (userIds.length > MAX_ANSWERERS) return [];
  const nameById = new Map(await Promise.all(userIds.map(async (userId) => [userId, await directory.nameOfPerson(userId)] as const)));
  return answers.flatMap(({ userId, outcome }) => {
    const name = nameById.get(userId);
    return name === undefined ? [] : [{ name, outcome }];
  });
}

/** What a post decides about the approval: `/approve <id> <decision>`, in either order, with the beginning of the id. */
export function decisionIn(message: string, approvalId: string): Decision | undefined {
  const words =
    COMMAND.exec(message)
      ?.slice(1)
      .map((word) => word.toLowerCase()) ?? [];
  const decision = words.map((word) => DECISIONS.get(word)).find((found) => found !== undefined);
  const names = words.some((word) => word.length >= MIN_ID_CHARS && approvalId.toLowerCase().startsWith(word));
  return names ? decision : undefined;
}

function agree(known: WaitOutcome, posted: Decision): boolean {
  if (known === 'answered' || known === posted) return true;
  return known === 'allowed' && posted !== 'denied';
}
