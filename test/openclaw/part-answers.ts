// A person answers an approval with the line that the box has for that: the gateway takes it, the box follows, and the ledger says who it was.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isIntact, verifyLedger } from '../../src/coordinator/ledger/verify.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { CAREFUL_CHANNEL_ID } from './chat-server.ts';
import { CAREFUL } from './gateway-config.ts';
import { GOVERNED, type Rig, type Watching } from './gateway-rig.ts';
import type { Report } from './report.ts';
import { boxesOf, personAsks, textOf, type Turn } from './turn.ts';

const CONTROL_UI_URL = 'https://openclaw.example.org';
const FOLLOWS_MS = 1_000;
const BUSY_MACHINE = 5; // on an idle one it takes half a second

interface Answer {
  decision: 'allow-once' | 'deny';
  /** How the call is drawn then. */
  drawn: string;
  /** The decision and the person in the ledger. */
  written: string;
}

const ANSWERS: readonly Answer[] = [
  { decision: 'allow-once', drawn: '[OK]', written: 'allowed once' },
  { decision: 'deny', drawn: '[ERR', written: 'denied' },
];

export async function answersAreTaken(report: Report, rig: Rig): Promise<void> {
  if (rig.plan.installation.transcripts === 'files') return; // these versions tell no approvals
  const ledger = join(tempFolder('openclaw-ledger'), 'ledger.jsonl');
  const env = { APPROVE_BOT: 'openclaw', CONTROL_UI_URL, AUDIT_LEDGER: ledger };
  const watching = await rig.watch({ name: GOVERNED, sources: 'gateway', env });
  await rig.watchersSee();
  for (const answer of ANSWERS) await answered(report, rig, watching, { ...answer, ledger });
  await report.check(`${rig.version}: the ledger is intact, as ledger verify says`, async () => {
    if (!isIntact(await verifyLedger(ledger))) throw new Error(readFileSync(ledger, 'utf8'));
  });
  await watching.watcher.stop('SIGTERM');
  rig.watchings.splice(rig.watchings.indexOf(watching), 1);
}

async function answered(report: Report, rig: Rig, watching: Watching, { decision, drawn, written, ledger }: Answer & { ledger: string }) {
  const turn = personAsks(rig, 'lines', `p${decision.replace('-', '')}`, CAREFUL_CHANNEL_ID);
  const name = `${rig.version} ${decision}`;
  const box = (): string => boxesOf(rig, watching, turn).map(textOf).join('\n---\n');
  let line = '';
  const isAsked = await report.check(`${name}: the box that waits has the whole command, the line to copy and the page`, async () => {
    await until('the box has a line to copy', () => (line = copiedLine(box(), decision)) !== '', { detail: box });
    const parts = [`echo ${turn.scenario}`, 'echo of the second line', 'who may answer: ', `open: \`${CONTROL_UI_URL}/approve/`];
    const missing = parts.filter((part) => !box().includes(part));
    if (!box().startsWith(`[WAITING] approval | ${CAREFUL}`) || missing.length > 0)
      throw new Error(`without ${missing.join(', ')}:\n${box()}`);
  });
  if (!isAsked) return;
  await report.check(`${name}: the copied line is taken, and the box follows`, async () => {
    const followedMs = await followed(rig, watching, turn, line);
    report.note(`${name}: the box followed the person's post after ${followedMs} ms (goal ${FOLLOWS_MS} ms)`);
    if (followedMs > BUSY_MACHINE * FOLLOWS_MS) throw new Error('far too late');
    await until('the box says how it went on', () => box().startsWith(`[DONE] ${CAREFUL} |`) && box().includes(drawn), { detail: box });
  });
  await report.check(`${name}: the ledger says that alice did it`, () =>
    until(`the ledger says "${written}"`, () => entries(ledger).some((entry) => tells(entry, turn, written)), {
      detail: () => [...entries(ledger), watching.watcher.output].join('\n'),
    }),
  );
}

/** What a person would copy. */
function copiedLine(box: string, decision: string): string {
  return new RegExp(`copy: \`(@openclaw /approve [0-9a-f]{8} ${decision})\``).exec(box)?.[1] ?? '';
}

/** Alice posts the line in the thread. Resolves with the time until the box did not wait any more. */
async function followed(rig: Rig, watching: Watching, turn: Turn, line: string): Promise<number> {
  const { create_at: postedAt } = rig.room.post(SAMPLE.aliceToken, CAREFUL_CHANNEL_ID, line, turn.rootId ?? '');
  const after = () =>
    boxesOf(rig, watching, turn)
      .flatMap(({ post }) => rig.room.standIn.versionsOf(post.id))
      .map(({ post }) => post)
      .find((post) => post.update_at >= postedAt && !rig.room.textOf(post).startsWith('[WAITING]'));
  await until('the box does not wait any more', () => after() !== undefined, {
    detail: () => rig.room.answersIn(turn.rootId ?? '').join('\n'),
  });
  return (after()?.update_at ?? postedAt) - postedAt;
}

function entries(ledger: string): string[] {
  return existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n') : [];
}

function tells(entry: string, turn: Turn, written: string): boolean {
  return ['approval_decided', written, 'by @alice', `echo ${turn.scenario}`].every((part) => entry.includes(part));
}
