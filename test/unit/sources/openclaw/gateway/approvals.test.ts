// An approval of OpenClaw, as a reader sees it: what is asked, how people answer it, and what they answered.

import { describe, expect, it } from 'vitest';
import type { AnswerPlaces } from '../../../../../src/sources/openclaw/gateway/how-to-answer.ts';
import { createRedactor } from '../../../../../src/text/redact.ts';
import { Decoding, KEY } from './decoding.ts';

const ID = '49b6f438-0051-4fc2-8542-6a3b7a00d770';
const ASKED = { approvalId: ID, toolCallId: 'c1' };
const MINUTES_30 = 1_800;

/** A call that waits for an approval since second 1. */
function waiting(command = 'make all', places: AnswerPlaces = {}, redact = (text: string) => text, key = KEY): Decoding {
  const decoding = new Decoding(redact, places).at(1);
  const rest = { sessionKey: key };
  decoding.lifecycle('start', {}, rest).tool('start', 'c1', { args: { command } }, rest).lifecycle('waiting-approval', ASKED, rest);
  return decoding;
}

function waitIn(decoding: Decoding) {
  return decoding.all.find((event) => event.type === 'waiting_started');
}

/** What was told since of the end of the wait. */
function endsIn({ all }: Decoding) {
  return all.flatMap((event) => (event.type === 'waiting_ended' ? [event.outcome ?? 'not told'] : []));
}

const result = (text: string, more: object = {}) => ({ isError: true, result: { content: [{ type: 'text', text }], details: more } });
const denial = (reason: string, id = ID) => result(`Exec denied (gateway id=${id}, ${reason}): make all`, { exitCode: null });

describe('an approval that is asked for', () => {
  it('shows the whole command with all of its lines', () => {
    const command = `cat > run.sh <<'EOF'\n${'echo one line of many\n'.repeat(60)}EOF\nsh run.sh --force`;
    expect(waitIn(waiting(command))).toMatchObject({ text: command });
  });

  it('says where a command that is longer than a post was cut, at the end of a line', () => {
    const { text = '' } = waitIn(waiting('echo a line of forty characters, with more\n'.repeat(100))) ?? {};
    expect(text.split('\n').slice(-2)).toEqual(['echo a line of forty characters, with more', expect.stringMatching(/^… \d+ more lines$/)]);
    expect(text.length).toBeLessThan(3_000);
  });

  it('shows no secret, not even one that only two lines together show', () => {
    const { text } =
      waitIn(waiting('curl -H "Authorization: Bearer\nabcdef0123456789abcdef0123456789" https://x.example', {}, createRedactor([]))) ?? {};
    expect(text).not.toContain('abcdef0123456789');
    expect(text).toContain('https://x.example');
  });

  it('has the line to copy for each decision, with the bot of all agents', () => {
    expect(waitIn(waiting('make', { approveBot: [[undefined, 'openclaw']] }))).toMatchObject({
      copy: ['@openclaw /approve 49b6f438 allow-once', '@openclaw /approve 49b6f438 deny'],
    });
  });

  it("mentions the agent's own bot where one is named", () => {
    const bots: AnswerPlaces = {
      approveBot: [
        [undefined, 'openclaw'],
        ['careful', 'careful-bot'],
      ],
    };
    expect(waitIn(waiting('make', bots, undefined, 'agent:careful:main'))?.copy?.[0]).toBe('@careful-bot /approve 49b6f438 allow-once');
  });

  it('has nothing to copy where no bot is named, but says how it is answered', () => {
    const wait = waitIn(waiting());
    expect(wait?.copy).toBeUndefined();
    expect(wait?.who).toContain("with a mention of the agent's bot before `/approve 49b6f438 allow-once` or `/approve 49b6f438 deny`");
  });

  it('has a link when the address of the Control UI is set', () => {
    expect(waitIn(waiting('make', { controlUiUrl: 'https://ui.example/claw' }))?.link).toBe(`https://ui.example/claw/approve/${ID}`);
    expect(waitIn(waiting())?.link).toBeUndefined();
  });

  it('has neither for an id that could be anything', () => {
    const decoding = new Decoding(undefined, { approveBot: [[undefined, 'openclaw']], controlUiUrl: 'https://ui.example' }).at(1);
    decoding.lifecycle('start').lifecycle('waiting-approval', { approvalId: 'x y/../`@all`', toolCallId: 'c1' });
    const wait = waitIn(decoding);
    expect([wait?.copy, wait?.link]).toEqual([undefined, undefined]);
  });
});

describe('an approval that is decided', () => {
  const resolved = () => waiting().at(2).lifecycle('approval-resolved', ASKED);

  it('was allowed when its call goes on', () => {
    expect(endsIn(resolved().tool('update', 'c1', { partialResult: {} }).at(3))).toEqual(['allowed']);
  });

  it('was allowed when its call ends with an exit code, whatever the command printed', () => {
    const spoof = result(`Exec denied (gateway id=${ID}, user-denied): make all`, { exitCode: 1 });
    expect(endsIn(resolved().tool('result', 'c1', spoof).at(3))).toEqual(['allowed']);
  });

  it.each([
    ['user-denied', 'denied'],
    ['approval-timeout', 'expired'],
    ['approval-timeout: allowlist-miss', 'expired'],
    ['run-aborted', 'ended'],
  ])('came to nothing by %s, which is told as %s', (reason, outcome) => {
    expect(endsIn(resolved().tool('result', 'c1', denial(reason)).at(3))).toEqual([outcome]);
  });

  it('was denied where only the event of the refusal says so', () => {
    expect(endsIn(resolved().agent('approval', { phase: 'resolved', kind: 'exec', status: 'denied', toolCallId: 'c1' }).at(3))).toEqual([
      'denied',
    ]);
  });

  it('is not called denied by the refusal of another approval', () => {
    expect(endsIn(resolved().tool('result', 'c1', denial('user-denied', 'another-approval')).at(3))).toEqual(['not told']);
  });

  it('waits no longer than 0.3 s for the frames that say how, and takes them when they come', () => {
    const decoding = resolved().at(2.2);
    expect(endsIn(decoding)).toEqual([]);
    expect(endsIn(decoding.at(2.3))).toEqual(['not told']);
    expect(endsIn(decoding.at(60).tool('update', 'c1', { partialResult: {} }))).toEqual(['not told', 'allowed']);
  });

  it('has expired after 30 minutes, even where a policy then lets the call run', () => {
    const decoding = waiting()
      .at(1 + MINUTES_30)
      .lifecycle('approval-resolved', ASKED);
    expect(endsIn(decoding.tool('result', 'c1', { result: { details: { exitCode: 0 } } }))).toEqual(['expired']);
  });
});
