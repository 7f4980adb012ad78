// The rules of ROUTES while the watcher runs: which of them nothing needs, and where they lead when the server refuses for a moment.

import { expect, it } from 'vitest';
import { RouteBook } from '../../../src/app/route-book.ts';
import { routeList } from '../../../src/config/route-form.ts';
import type { RouteTarget } from '../../../src/core/route-rule.ts';
import { PushError } from '../../../src/core/sink.ts';
import { FakeClock } from '../../support/clock.ts';
import { valueOf } from '../../support/decoded-form.ts';

const HOUR_MS = 3_600_000;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function bookOf(text: string, resolve: (target: RouteTarget) => Promise<string> = async () => 'town') {
  const clock = new FakeClock();
  const stored = new Map<string, unknown>();
  const facts = {
    get: (key: string) => stored.get(key),
    put: (key: string, value: unknown) => void stored.set(key, JSON.parse(JSON.stringify(value))),
  };
  const start = (rules = text) => new RouteBook(valueOf(routeList(['claude-code']), rules), { clock, log: quiet, facts, resolve });
  return { clock, start, book: start() };
}

const problemsOf = (book: RouteBook): (string | undefined)[] => book.facts([])?.rules.map(({ problem }) => problem) ?? [];

it('a rule that nothing has matched for a day is named, over restarts; one that was needed once never is', async () => {
  const { clock, start, book } = bookOf('claude-code:/a=lab/a, claude-code:*=lab/b');
  expect(book.visibility('claude-code:/x').isRouted).toBe(true);
  await clock.advance(23 * HOUR_MS);
  expect(problemsOf(start())).toEqual([undefined, undefined]);
  await clock.advance(HOUR_MS);
  const later = start();
  expect(problemsOf(later)).toEqual([expect.stringContaining('for a day'), undefined]);
  later.visibility('claude-code:/a');
  expect(problemsOf(later)).toEqual([undefined, undefined]);
  await clock.advance(48 * HOUR_MS);
  expect(problemsOf(start())).toEqual([undefined, undefined]);
});

it('the day of a rule begins when it is written, not when the first one was', async () => {
  const { clock, start } = bookOf('claude-code:/a=lab/a');
  await clock.advance(24 * HOUR_MS);
  expect(problemsOf(start('claude-code:/b=lab/a'))).toEqual([undefined]);
});

it('a target that is refused for a moment is not given up, and is asked for once at a time', async () => {
  let asked = 0;
  const { clock, book } = bookOf('claude-code:*=lab/a', async () => {
    asked += 1;
    if (asked < 3) throw new PushError('no_access', 'not yet');
    return 'town';
  });
  const places = Promise.all([book.channelFor('claude-code:/a'), book.channelFor('claude-code:/b'), book.resolveAll()]);
  await clock.advance(5_000);
  expect(await places).toEqual([{ kind: 'channel', channelId: 'town' }, { kind: 'channel', channelId: 'town' }, undefined]);
  expect(asked).toBe(3);
});

it('a target that cannot be used is named, and used as soon as it can be', async () => {
  let isThere = false;
  const { clock, book } = bookOf('claude-code:*=lab/a', async () => {
    if (!isThere) throw new PushError('rejected', 'channel "lab/a" does not exist');
    return 'town';
  });
  const refused = book.channelFor('claude-code:/a');
  await clock.advance(20_000);
  const because = expect.stringContaining('rule claude-code:*=lab/a leads nowhere: channel "lab/a" does not exist');
  expect(await refused).toEqual({ kind: 'impossible', because });
  expect(problemsOf(book)).toEqual(['channel "lab/a" does not exist']);
  isThere = true;
  await clock.advance(31_000);
  expect(await book.channelFor('claude-code:/a')).toEqual({ kind: 'channel', channelId: 'town' });
  expect(problemsOf(book)).toEqual([undefined]);
});

it('two addresses lead alike when one rule, one target or one channel is theirs; without a rule they lead nowhere', async () => {
  const text = 'claude-code:/a*=lab/a, claude-code:/b=lab/b, claude-code:/c=lab/a+texts, claude-code:/d=lab/other';
  const { book } = bookOf(text, async (target) => (target.kind === 'name' && target.channel === 'a' ? 'town' : 'market'));
  const alike = (one: string | undefined, other: string | undefined) => book.leadAlike(one, other);
  expect([alike('claude-code:/a', 'claude-code:/a2'), alike('claude-code:/a', 'claude-code:/c')]).toEqual([true, true]);
  expect([alike('claude-code:/a', 'claude-code:/b'), alike('claude-code:/x', 'claude-code:/x'), alike(undefined, undefined)]).toEqual([
    false,
    false,
    false,
  ]);
  expect(alike('claude-code:/b', 'claude-code:/d')).toBe(false);
  await book.resolveAll();
  expect(alike('claude-code:/b', 'claude-code:/d')).toBe(true);
});
