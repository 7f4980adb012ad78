import { expect, it } from 'vitest';
import { systemClock } from '../../../../../src/process/system-clock.ts';
import { KEY, T0 } from './decoding.ts';
import { says, userMessage } from './recorded-messages.ts';
import { runSource } from './running-source.ts';
import { ScriptedGateway } from './scripted-gateway.ts';
import { until } from '../../../../support/until.ts';

it('after a gap what was said up to a minute before the last word is told, and nothing older: messages come late and by another clock', async () => {
  let now = T0;
  const row = { status: 'done', hasActiveRun: false, lastRunId: 'run-2', agentId: 'main' };
  const messages = [
    userMessage('m1', 20),
    says('m2', 21, 'Older than a minute.', 'run-1'),
    userMessage('m3', 65),
    says('m4', 66, 'Nearly a minute old.', 'run-2'),
  ];
  const gateway = new ScriptedGateway({
    request: (served, asked) => {
      if (asked.method === 'sessions.list') return served.answer(asked, { sessions: [{ key: KEY, ...row }] });
      return served.answer(asked, asked.method === 'chat.history' ? { messages, sessionInfo: row } : {});
    },
  });
  const { source, events } = await runSource(await gateway.listen(), { clock: { ...systemClock, now: () => now } });
  try {
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    now = T0 + 120_000;
    const heard = source.details().frames;
    gateway.newest.event('tick', {}, 1);
    await until('heard', () => source.details().frames > heard);
    gateway.newest.socket.terminate();
    await until('ended', () => events.some(({ type }) => type === 'run_ended'));
    expect(events.flatMap((event) => (event.type === 'message' ? [event.text] : []))).toEqual(['Nearly a minute old.']);
  } finally {
    await source.stop();
    await gateway.close();
  }
});
