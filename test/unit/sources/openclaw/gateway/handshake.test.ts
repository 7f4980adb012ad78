import { describe, expect, it } from 'vitest';
import { readCapture } from './captures.ts';
import { CaptureGateway } from './capture-gateway.ts';
import { asSent } from './recorded-answers.ts';
import { runSource } from './running-source.ts';
import { until } from '../../../../support/until.ts';

/** What each recorded handshake must be called. `legacy-subscribe-frame` never sent a connect. */
const STATES: Record<string, string> = {
  'ok-backend-no-device': 'connected',
  'ok-protocol-3-to-4': 'connected',
  'ok-cli-device-auto-paired': 'connected',
  'scopes-dropped-unknown-mode': 'blind',
  'err-protocol-3': 'protocol',
  'err-no-auth': 'auth',
  'err-bad-token': 'auth',
  'err-unknown-client-id': 'unreachable',
};

describe('recorded handshakes', () => {
  const capture = readCapture('handshake');

  it.each(Object.entries(STATES))('%s is called %s', async (label, state) => {
    const recorded = capture.get(label) ?? [];
    const gateway = new CaptureGateway([recorded], { answers: asSent });
    const running = await runSource(await gateway.listen());
    void gateway.play();
    await until(state, () => running.states.some((seen) => seen.state === state));
    await running.source.stop();
    gateway.close();
    expect(running.states.map((seen) => seen.state)).toContain(state);
  });

  it('are all named here', () => {
    expect([...capture.keys()].sort()).toEqual([...Object.keys(STATES), 'legacy-subscribe-frame'].sort());
  });
});
