import { describe, expect, it, onTestFinished } from 'vitest';
import { PushError, type Reason } from '../../../src/core/sink.ts';
import { type AuthGateSink, type AuthStatus, withAuthGate } from '../../../src/sinks/resilience/auth-gate.ts';
import { createToken, type TokenReading } from '../../../src/sinks/resilience/token.ts';
import { createFakeSink, type FakeSink, later, pushThrough } from './fake-sink.ts';
import { FakeClock, settle } from '../../support/clock.ts';

interface Setup {
  clock: FakeClock;
  sink: FakeSink;
  gate: AuthGateSink;
  /** What the token file says, and the token that each check was made with. */
  file: { reading: TokenReading };
  checkedWith: string[];
  /** The tokens that the server accepts. */
  accepted: Set<string>;
  /** Any other trouble of the check. */
  trouble: { reason: Reason | undefined; retryAfterMs?: number };
  changes: AuthStatus['state'][];
}

function setup(): Setup {
  const clock = new FakeClock();
  const sink = createFakeSink();
  const file: Setup['file'] = { reading: { value: 'fake-old' } };
  const token = createToken('fake-old', () => file.reading);
  const test: Omit<Setup, 'gate'> = {
    clock,
    sink,
    file,
    checkedWith: [],
    accepted: new Set(),
    trouble: { reason: undefined },
    changes: [],
  };
  const check = async (): Promise<void> => {
    test.checkedWith.push(token.current());
    if (test.trouble.reason !== undefined) throw new PushError(test.trouble.reason, 'trouble', { retryAfterMs: test.trouble.retryAfterMs });
    if (!test.accepted.has(token.current())) throw new PushError('auth', 'still refused');
  };
  const gate = withAuthGate(sink, { token, clock, check, onChange: ({ state }) => test.changes.push(state) });
  onTestFinished(() => gate.stop());
  return { ...test, gate };
}

async function refused(): Promise<Setup> {
  const test = setup();
  test.sink.outcome = 'auth';
  expect(await pushThrough(test.gate)).toBe('auth');
  return test;
}

describe('an accepted token', () => {
  it('lets everything through, errors other than a refusal included', async () => {
    const { gate, sink } = setup();
    expect(await pushThrough(gate)).toBe('ok');
    for (const reason of ['server', 'no_access', 'rate_limited'] as const) {
      sink.outcome = reason;
      expect(await pushThrough(gate)).toBe(reason);
    }
    expect(gate.authStatus()).toEqual({ state: 'accepted' });
  });
});

describe('a refused token', () => {
  it('is looked at at once, and the call that met it may come back soon: it may be good again in a moment', async () => {
    const { gate, sink, accepted, clock } = setup();
    accepted.add('fake-old');
    sink.outcome = 'auth';
    await expect(gate.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'auth', retryAfterMs: 1_000 });
    sink.outcome = 'ok';
    await clock.advance(1_000);
    expect(await pushThrough(gate)).toBe('ok');
  });

  it('stops every method at once, and says why', async () => {
    const { gate, sink } = await refused();
    const calls = [
      () => gate.create({ target: { channelId: 'c' }, pendingPostId: 'x', props: {} }),
      () => gate.edit('p1', { props: {} }),
      () => gate.read('p1'),
      () => gate.findOwn('c', 0),
      () => gate.probe(),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ reason: 'auth', message: 'said auth' });
    expect([sink.pushes, sink.probes]).toEqual([1, 0]);
    expect(gate.authStatus()).toMatchObject({ state: 'refused', because: 'said auth' });
  });

  it('is asked about at once, then after 30 s, doubling to 5 minutes', async () => {
    const { clock, checkedWith } = await refused();
    const checksAt: number[] = [];
    for (let second = 0; second < 1_300; second += 1) {
      const before = checkedWith.length;
      await clock.advance(second === 0 ? 0 : 1_000);
      if (checkedWith.length > before) checksAt.push(second);
    }
    expect(checksAt).toEqual([0, 30, 90, 210, 450, 750, 1_050]);
  });

  it('tells callers when the next check is, never to come back at once', async () => {
    const { gate, clock } = await refused();
    await expect(gate.edit('p1', { props: {} })).rejects.toMatchObject({ retryAfterMs: 1_000 });
    await clock.advance(10_000);
    await expect(gate.edit('p1', { props: {} })).rejects.toMatchObject({ reason: 'auth', retryAfterMs: 20_000 });
  });

  it('works again with what the file says by then, without a restart', async () => {
    const { gate, clock, sink, file, checkedWith, accepted, changes } = await refused();
    await clock.advance(1_000);
    file.reading = { value: 'fake-new\n' };
    accepted.add('fake-new');
    sink.outcome = 'ok';
    await clock.advance(29_000);
    expect(checkedWith).toEqual(['fake-old', 'fake-new']);
    expect(gate.authStatus()).toEqual({ state: 'accepted' });
    expect(await pushThrough(gate)).toBe('ok');
    expect(changes).toEqual(['refused', 'accepted']);
    expect(clock.pending()).toBe(0);
  });

  it('works again when the server takes it back', async () => {
    const { gate, clock, accepted } = await refused();
    await clock.advance(1_000);
    accepted.add('fake-old');
    await clock.advance(29_000);
    expect(gate.authStatus()).toEqual({ state: 'accepted' });
  });

  it('is tried within two seconds of its being changed, however rarely the old one is asked about', async () => {
    const test = await refused();
    await test.clock.advance(3_600_000);
    const before = test.checkedWith.length;
    test.file.reading = { value: 'fake-new' };
    test.accepted.add('fake-new');
    await test.clock.advance(2_000);
    expect(test.checkedWith.slice(before)).toEqual(['fake-new']);
    expect(test.gate.authStatus().state).toBe('accepted');
  });

  it('that is changed to another wrong one is tried once and then as rarely as before', async () => {
    const test = await refused();
    await test.clock.advance(3_600_000);
    const before = test.checkedWith.length;
    test.file.reading = { value: 'fake-wrong' };
    await test.clock.advance(250_000);
    expect(test.checkedWith.slice(before)).toEqual(['fake-wrong']);
  });

  it('stays refused while the server cannot be asked, and says the trouble', async () => {
    const test = await refused();
    test.trouble.reason = 'unreachable';
    await test.clock.advance(29_000);
    expect(test.gate.authStatus()).toMatchObject({ state: 'refused', because: 'trouble' });
    Object.assign(test.trouble, { reason: 'rate_limited', retryAfterMs: 100_000 });
    await test.clock.advance(1_000);
    await expect(test.gate.probe()).rejects.toMatchObject({ retryAfterMs: 100_000 });
  });

  it('says what is wrong with the token file, and asks with the old token meanwhile', async () => {
    const { gate, clock, file, checkedWith } = await refused();
    file.reading = { wrong: 'names a file that is empty (/run/token)' };
    await clock.advance(0);
    expect(checkedWith).toEqual(['fake-old']);
    expect(gate.authStatus()).toMatchObject({ because: 'still refused; MM_TOKEN_FILE names a file that is empty (/run/token)' });
  });

  it('is noticed once by many calls at a time', async () => {
    const test = setup();
    test.sink.outcome = 'auth';
    await Promise.all([pushThrough(test.gate), pushThrough(test.gate), pushThrough(test.gate)]);
    await test.clock.advance(0);
    expect(test.changes).toEqual(['refused']);
    expect(test.checkedWith).toHaveLength(1);
  });

  it('of before is not held against the new one', async () => {
    const test = setup();
    const slow = later();
    test.sink.outcome = slow.outcome;
    const early = pushThrough(test.gate);
    test.sink.outcome = 'auth';
    await pushThrough(test.gate);
    test.accepted.add('fake-old');
    await test.clock.advance(0);
    slow.fail('auth');
    expect(await early).toBe('auth');
    expect(test.gate.authStatus()).toEqual({ state: 'accepted' });
  });

  it('of a server that contradicts itself is asked about slowly', async () => {
    const test = await refused();
    test.accepted.add('fake-old');
    for (let second = 0; second < 60; second += 1) {
      await pushThrough(test.gate);
      await test.clock.advance(1_000);
    }
    expect(test.checkedWith.length).toBeLessThanOrEqual(3);
  });

  it('is left alone once stopped', async () => {
    const { gate, clock, checkedWith } = await refused();
    gate.stop();
    await clock.advance(600_000);
    await settle();
    expect(checkedWith).toEqual([]);
  });
});

describe('a token', () => {
  it('is trimmed, and changes only when its source has another one', () => {
    let reading: TokenReading = { value: ' fake-a\n' };
    const token = createToken('fake-a \n', () => reading);
    expect([token.current(), token.refresh()]).toEqual(['fake-a', undefined]);
    reading = { value: 'fake-b' };
    expect([token.refresh(), token.current()]).toEqual([undefined, 'fake-b']);
  });

  it('survives a source that is empty or broken for a moment', () => {
    let reading: TokenReading = { value: ' \n' };
    const token = createToken('fake-a', () => reading);
    expect(token.refresh()).toBe('is empty');
    reading = { wrong: 'is gone' };
    expect(token.refresh()).toBe('is gone');
    expect(token.current()).toBe('fake-a');
  });

  it('from the environment never changes', () => {
    const token = createToken('fake-a');
    expect([token.refresh(), token.current()]).toEqual([undefined, 'fake-a']);
  });
});

describe('a question beside the sink', () => {
  it('makes the gate look for a new token when it is refused, and waits with the posts until then', async () => {
    const { clock, gate, accepted, file } = setup();
    const ask = (): Promise<string> => gate.pass(async () => 'answer');
    await expect(gate.pass(() => Promise.reject(new PushError('auth', 'refused')))).rejects.toThrow('refused');
    await expect(ask()).rejects.toMatchObject({ reason: 'auth' });
    file.reading = { value: 'fake-new' };
    accepted.add('fake-new');
    await clock.advance(60_000);
    expect(await ask()).toBe('answer');
  });
});
