import { expect, it } from 'vitest';
import { effectsOf } from '../../../src/config/effects.ts';
import { readConfig } from '../../../src/config/config.ts';

const REQUIRED = { MM_URL: 'https://chat.example.org', MM_TOKEN: 'not-a-real-token', TRANSCRIPT_DIR: '/agents', HOME: '/home/somebody' };

function effect(env: NodeJS.ProcessEnv, of: string): string | undefined {
  const result = readConfig({ ...REQUIRED, ...env });
  if (result.kind === 'wrong') throw new Error(JSON.stringify(result.problems));
  return effectsOf(result.config).find((sentence) => sentence.startsWith(of));
}

it.each<[NodeJS.ProcessEnv, string]>([
  [{}, 'CALL=off: nobody is called when an agent waits, fails or is done.'],
  [{ CALL: 'asker', CALLS_PER_HOUR: '0' }, 'CALL=asker, but CALLS_PER_HOUR=0: nobody is called.'],
  [
    { CALL: 'operators', OPERATORS: 'alice,bob' },
    'CALL=operators: a post of its own, where the box is, calls @alice, @bob when an agent has waited for 10s, a turn failed after 5m or longer, or was done after 15m or longer; at most 6 an hour.',
  ],
  [
    {
      CALL: 'asker',
      OPERATORS: 'alice',
      CALL_FAILED_AFTER: '90s',
      CALL_DONE_AFTER: '1h',
      CALLS_PER_HOUR: '20',
      OPERATIONS_CHANNEL: 'lab/ops',
    },
    'CALL=asker: a post of its own, in OPERATIONS_CHANNEL, or where the box is for private conversations, calls who asked, or @alice where that is no person we know, when an agent has waited for 10s, a turn failed after 90s or longer, or was done after 1h or longer; at most 20 an hour.',
  ],
])('the effect of CALL with %o is said in a sentence', (env, sentence) => expect(effect(env, 'CALL')).toBe(sentence));

it('the effect of DIGEST_AT is said in a sentence, with the zone of the machine', () => {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(effect({}, 'DIGEST_AT')).toBe('DIGEST_AT is not set: no channel gets a digest of its turns.');
  expect(effect({ DIGEST_AT: '8:05' }, 'DIGEST_AT')).toBe(
    `DIGEST_AT=08:05: at that time (${zone}) each channel gets a table of the turns that have ended in its boxes since the last one.`,
  );
});

it.each(['24:00', '18', '18:60', '6pm'])('a time of the day is not %s', (text) =>
  expect(readConfig({ ...REQUIRED, DIGEST_AT: text })).toMatchObject({ kind: 'wrong', problems: [{ variable: 'DIGEST_AT' }] }),
);

it('CALL=operators needs somebody to call, or a channel', () => {
  expect(readConfig({ ...REQUIRED, CALL: 'operators' })).toMatchObject({ kind: 'wrong', problems: [{ variable: 'OPERATORS' }] });
  expect(readConfig({ ...REQUIRED, CALL: 'operators', OPERATIONS_CHANNEL: 'lab/ops' })).toMatchObject({ kind: 'valid' });
});

it.each(['5', '5 m', '-1m', '25h', 'off'])('a span is no %s', (text) =>
  expect(readConfig({ ...REQUIRED, CALL_DONE_AFTER: text })).toMatchObject({ kind: 'wrong', problems: [{ variable: 'CALL_DONE_AFTER' }] }),
);

it.each<[NodeJS.ProcessEnv, string, string]>([
  [
    {},
    'APPROVE_BOT',
    'APPROVE_BOT is not set: boxes that wait for an approval of OpenClaw say how it is answered, but have no line to copy.',
  ],
  [
    { APPROVE_BOT: 'openclaw, careful=careful-bot' },
    'APPROVE_BOT',
    'APPROVE_BOT: boxes that wait for an approval of OpenClaw have lines to copy that mention @openclaw, @careful-bot (careful); nothing is posted by us.',
  ],
  [{}, 'CONTROL_UI_URL', 'CONTROL_UI_URL is not set: boxes that wait for an approval of OpenClaw name no page.'],
  [
    { CONTROL_UI_URL: 'https://ui.example.org/' },
    'CONTROL_UI_URL',
    'CONTROL_UI_URL: boxes that wait for an approval of OpenClaw name its page below https://ui.example.org/approve/.',
  ],
])('with %o the effect of %s is said in a sentence', (env, of, sentence) => expect(effect(env, of)).toBe(sentence));

it.each<[NodeJS.ProcessEnv, string]>([
  [{}, 'SIGNS=1: a reaction on the post that asked shows'],
  [{ SIGNS: 'off' }, 'SIGNS=0: no reaction is put on any post'],
  [{}, 'BOARD=off: no channel has a pinned board.'],
  [{ BOARD: 'channel', BOARD_CHANNELS: 'lab/agents, lab/ops' }, 'BOARD=channel: one pinned post lists'],
])('the effect of %o is said in a sentence', (env, sentence) => {
  expect(effect(env, sentence.slice(0, sentence.indexOf('=')))).toContain(sentence);
});

it('BOARD=channel needs the channels, and these are ids or team/channel', () => {
  expect(readConfig({ ...REQUIRED, BOARD: 'channel' })).toMatchObject({ kind: 'wrong', problems: [{ variable: 'BOARD_CHANNELS' }] });
  const wrong = { BOARD: 'channel', BOARD_CHANNELS: 'lab/agents,town square' };
  expect(readConfig({ ...REQUIRED, ...wrong })).toMatchObject({ kind: 'wrong', problems: [{ variable: 'BOARD_CHANNELS' }] });
  const right = { BOARD: 'channel', BOARD_CHANNELS: 'Lab/Agents, yxq8tq7y3bkzpsn9mwjd1e5fo3' };
  expect(readConfig({ ...REQUIRED, ...right })).toMatchObject({
    config: {
      boardChannels: [
        { kind: 'name', team: 'lab', channel: 'agents' },
        { kind: 'id', id: 'yxq8tq7y3bkzpsn9mwjd1e5fo3' },
      ],
    },
  });
});
