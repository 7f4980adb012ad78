import { describe, expect, it } from 'vitest';
import { fitLines } from '../../../../src/boxes/render/fit-lines.ts';
import { OverviewRig, TOWN, working } from './overview-rig.ts';

/** The process that keeps the board is killed; then another agent works. */
function killAndWork(rig: OverviewRig, agent: string): void {
  rig.kill();
  rig.session(agent);
  rig.house.ask(agent);
  rig.house.call('c', agent);
}

function fail(rig: OverviewRig, agent: string): void {
  rig.house.answer(`call of ${agent}`, agent);
  rig.house.say('error', 'text', agent);
}

const withoutTimes = (title: string): string => title.replaceAll(/\d+[smh]( \d+[smh])?/g, 'a while').replaceAll('`', '');
const lines = (rig: OverviewRig): string => (rig.card?.lines ?? []).join('\n');

describe('the board of a channel', () => {
  it('is one pinned post, which says who works, who waits and for whom', async () => {
    const rig = await working('scout', 'miner');
    expect(rig.boards).toHaveLength(1);
    expect(rig.boards[0]).toMatchObject({ isPinned: true, target: { channelId: TOWN } });
    expect(rig.card?.title).toBe('[BOARD] 2 working');
    rig.house.tell({ type: 'waiting_started', waitId: 'w', on: 'approval', who: 'operators' }, 'miner');
    await rig.house.pass(13);
    expect(rig.card?.title).toBe('[BOARD] 1 waiting | 1 working');
    expect(lines(rig)).toMatch(/^\[WAITING\] approval \| miner \| .*operators\n\[ACTIVE\] scout \| \d+s/);
    expect(rig.count('create')).toBe(1);
    expect(rig.count('pin')).toBe(1);
  });

  it('that is too long for its server loses who works before it loses who waits', async () => {
    const agents = Array.from({ length: 40 }, (_, index) => `agent${index}`);
    const rig = await working(...agents);
    for (const waitId of ['a', 'b', 'c', 'd', 'e'])
      rig.house.tell({ type: 'waiting_started', waitId, on: 'approval', who: `${waitId} of the operators` }, 'agent39');
    await rig.house.pass(13);
    const { card } = rig;
    if (card === undefined) throw new Error('There is no board.');
    expect(card.lines[0]).toMatch(/^\[WAITING\] approval \| agent39 \| .*a of the operators \| b of the operators \| c of the operators$/);
    const short = fitLines(card, (some) => some.length <= 4);
    expect(short.slice(1)).toEqual([card.lines[0], ...card.lines.slice(-2)]);
  });

  it('is edited at most every ten seconds, however much happens', async () => {
    const rig = await working('scout');
    for (let count = 0; count < 300; count += 1) {
      const agent = `agent${count % 7}`;
      rig.session(agent);
      rig.house.ask(agent);
      rig.house.say(count % 3 === 0 ? 'stop' : 'tools', 'text', agent);
      await rig.house.pass(1);
    }
    const edits = rig.asked.filter(({ what }) => what === 'edit').map(({ at }) => at);
    expect(edits.length).toBeGreaterThan(10);
    expect(Math.min(...edits.slice(1).map((at, index) => at - (edits[index] ?? 0)))).toBeGreaterThanOrEqual(10_000);
  });

  it('is not edited because time passes or tokens are used', async () => {
    const rig = await working('scout');
    const before = rig.asked.length;
    for (let minute = 0; minute < 10; minute += 1) {
      rig.house.tell(
        {
          type: 'message',
          messageId: `m${minute}`,
          stop: 'tools',
          text: 'on it',
          usage: { input: 5, output: 5, cacheRead: 0, cacheWrite: 0, costUsd: 1 },
        },
        'scout',
      );
      rig.house.call(`more ${minute}`, 'scout');
      await rig.house.pass(60);
    }
    expect(rig.asked.length).toBe(before);
  });

  it('names a turn as stuck after five silent minutes, and as working when it goes on', async () => {
    const rig = new OverviewRig();
    rig.session('scout');
    rig.house.ask('scout');
    rig.house.tell({ type: 'run_started', runId: 'r' }, 'scout');
    await rig.house.pass(60);
    expect(rig.card?.title).toBe('[BOARD] 1 working');
    await rig.house.pass(260);
    expect(rig.card?.title).toBe('[BOARD] 1 stuck');
    expect(lines(rig)).toMatch(/quiet for \d+m.* \| stuck/);
    rig.house.say('tools', 'text', 'scout');
    await rig.house.pass(13);
    expect(rig.card?.title).toBe('[BOARD] 1 working');
  });

  it('names who failed for an hour, also after the turn itself is forgotten and after a kill', async () => {
    const rig = await working('scout');
    fail(rig, 'scout');
    await rig.house.pass(60);
    expect(rig.card?.title).toBe('[BOARD] 1 failed within the hour');
    expect(lines(rig)).toContain('[ERROR] HTTP 500 | scout');
    await rig.house.pass(20 * 60);
    expect(rig.house.forgotten).toHaveLength(1);
    rig.kill();
    await rig.house.pass(60);
    expect(lines(rig)).toContain('[ERROR] HTTP 500 | scout');
    await rig.house.pass(40 * 60);
    expect(rig.card?.title).toBe('[BOARD] nobody works');
  });

  it('adds up what was used today, by forgotten turns, too, and begins anew after midnight', async () => {
    const rig = new OverviewRig();
    const use = { input: 400, output: 600, cacheRead: 0, cacheWrite: 0, costUsd: 0.25 };
    for (const agent of ['scout', 'miner']) {
      rig.session(agent);
      rig.house.ask(agent);
      rig.house.tell({ type: 'message', messageId: `used by ${agent}`, stop: 'tools', text: 'x', usage: use }, agent);
      rig.house.call('c', agent);
      await rig.house.pass(6);
      rig.house.answer('c', agent);
      rig.house.say('stop', 'done', agent);
      await rig.house.pass(20 * 60);
    }
    rig.kill();
    rig.session('third');
    rig.house.ask('third');
    rig.house.call('c3', 'third');
    await rig.house.pass(20);
    expect(lines(rig)).toContain('today 2k tokens, $0.50');
    await rig.house.pass(3_600);
    rig.house.answer('c3', 'third');
    const untilMidnight = 86_400 - ((rig.clock.now() / 1_000) % 86_400);
    rig.clock.pass((untilMidnight + 60) * 1_000);
    rig.house.say('stop', 'done', 'third');
    await rig.house.pass(30);
    expect(lines(rig)).not.toContain('$');
  });

  it('lists no direct conversation, not even where its box is in that channel', async () => {
    const rig = new OverviewRig();
    rig.session('secretary', { kind: 'direct', userId: 'alice', channelId: 'dm' });
    rig.session('stranger', { kind: 'elsewhere', audience: 'unknown' });
    rig.session('telegram', { kind: 'elsewhere', audience: 'direct' });
    rig.session('scout');
    for (const agent of ['secretary', 'stranger', 'telegram', 'scout']) {
      rig.house.ask(agent);
      rig.house.call(`call of ${agent}`, agent);
    }
    await rig.house.pass(16);
    expect(rig.house.board.rows().filter(({ target }) => target?.channelId === TOWN).length).toBe(4);
    expect(rig.card?.title).toBe('[BOARD] 1 working');
    for (const agent of ['secretary', 'stranger', 'telegram']) fail(rig, agent);
    await rig.house.pass(20);
    expect(JSON.stringify(rig.posts)).not.toMatch(/secretary|stranger|telegram/);
  });

  it('says of a session that ROUTES places no more than the title of its box does, whatever its lines and waits say', async () => {
    const rig = new OverviewRig();
    rig.house.tell({ type: 'session_seen', agentId: 'claude-code', address: 'claude-code:/home/dev/shop', sessionId: 'a1b2' }, 'coder');
    rig.house.ask('coder');
    rig.house.tell({ type: 'tool_started', callId: 'c', tool: 'exec', args: { command: 'secret command' } }, 'coder');
    rig.house.say('tools', 'secret words', 'coder');
    await rig.house.pass(16);
    const [line = ''] = rig.card?.lines ?? [];
    expect(withoutTimes(line)).toBe(withoutTimes(rig.house.titles()[0] ?? 'no box'));
    rig.house.tell({ type: 'waiting_started', waitId: 'w', on: 'approval', text: 'secret question' }, 'coder');
    await rig.house.pass(16);
    expect(withoutTimes(rig.card?.lines[0] ?? '')).toBe(withoutTimes(rig.house.titles()[0] ?? 'no box'));
    expect(JSON.stringify(rig.posts)).not.toContain('secret');
  });

  it('names people in its first version only inside of code spans, since a new post notifies them', async () => {
    const rig = new OverviewRig();
    rig.fateOf = (what) => (what === 'create' && rig.count('create') === 1 ? 'server' : 'ok');
    rig.session('scout');
    rig.house.ask('scout');
    rig.house.call('c', 'scout');
    await rig.house.pass(16);
    expect([rig.count('create'), rig.count('edit')]).toEqual([2, 0]);
    expect(rig.card?.lines[0]).toMatch(/`scout`/);
  });
});

it('a board that another gateway keeps by now is left to it, and we have one of our own', async () => {
  const rig = await working('scout');
  const [theirs] = rig.boards;
  if (theirs !== undefined) theirs.meta = { ...(theirs.meta as object), gateway: 'neighbour' };
  const before = theirs?.body;
  fail(rig, 'scout');
  await rig.house.pass(60);
  killAndWork(rig, 'miner');
  await rig.house.pass(60);
  expect(rig.boards.map(({ isPinned }) => isPinned)).toEqual([true, true]);
  expect([theirs?.body === before, rig.count('create')]).toEqual([true, 2]);
  expect(JSON.stringify(rig.boards[1]?.body)).toContain('[BOARD] 1 working | 1 failed within the hour');
});

describe('a person decides about the board', () => {
  it('who unpins it wants it no more: it is neither pinned nor edited again, not even after a kill', async () => {
    const rig = await working('scout');
    const edits = rig.count('edit');
    const [post] = rig.boards;
    delete post?.isPinned;
    fail(rig, 'scout');
    await rig.house.pass(60);
    killAndWork(rig, 'miner');
    await rig.house.pass(600);
    expect([rig.count('pin'), rig.count('edit'), rig.count('create')]).toEqual([1, edits, 1]);
    expect(rig.log.filter((line) => line.includes('left alone'))).toHaveLength(1);
    expect(rig.count('read') - edits).toBeLessThan(4);
  });

  it('who pins it again has it again with the next start', async () => {
    const rig = await working('scout');
    const [post] = rig.boards;
    delete post?.isPinned;
    fail(rig, 'scout');
    await rig.house.pass(60);
    if (post !== undefined) post.isPinned = true;
    rig.kill();
    await rig.house.pass(30);
    expect(rig.card?.title).toBe('[BOARD] 1 failed within the hour');
    expect(rig.boards).toHaveLength(1);
  });

  it('who deletes it gets no second one', async () => {
    const rig = await working('scout');
    for (const post of rig.posts) post.isDeleted = true;
    fail(rig, 'scout');
    await rig.house.pass(30);
    rig.kill();
    await rig.house.pass(600);
    expect(rig.count('create')).toBe(1);
  });
});

describe('never two boards', () => {
  it.each([
    ['while the post is created', 'create', 1],
    ['before the post is pinned', 'pin', 1],
    ['while it is edited', 'edit', 1],
  ] as const)('a kill %s', async (_, what, at) => {
    const rig = new OverviewRig();
    rig.fateOf = (asked) => {
      if (asked === what && rig.count(what) === at) rig.clock.after(1, () => rig.kill());
      return 'ok';
    };
    rig.session('scout');
    rig.house.ask('scout');
    rig.house.call('c', 'scout');
    await rig.house.pass(10);
    rig.house.tell({ type: 'waiting_started', waitId: 'w', on: 'approval' }, 'scout');
    await rig.house.pass(60);
    expect(rig.boards).toHaveLength(1);
    expect(rig.boards[0]?.isPinned).toBe(true);
    expect(rig.card?.title).toBe('[BOARD] 1 waiting');
  });

  it('a lost answer to each kind of request', async () => {
    for (const what of ['create', 'pin', 'edit', 'read', 'findPinned']) {
      const rig = new OverviewRig();
      rig.fateOf = (asked) => (asked === what && rig.count(what) === 1 ? 'lost' : 'ok');
      rig.session('scout');
      rig.house.ask('scout');
      rig.house.call('c', 'scout');
      await rig.house.pass(30);
      rig.house.tell({ type: 'waiting_started', waitId: 'w', on: 'approval' }, 'scout');
      await rig.house.pass(60);
      expect([what, rig.boards.length, rig.boards[0]?.isPinned, rig.card?.title]).toEqual([what, 1, true, '[BOARD] 1 waiting']);
    }
  });

  it('a watcher that has lost its state finds the pinned one', async () => {
    const rig = await working('scout');
    const other = new OverviewRig();
    other.posts.push(...rig.posts);
    other.session('miner');
    other.house.ask('miner');
    other.house.call('c', 'miner');
    await other.house.pass(20);
    expect(other.boards).toHaveLength(1);
    expect(other.card?.lines.join()).toContain('miner');
  });
});

it('a channel that is closed to us is asked every ten minutes, and the log says so once in that time', async () => {
  const rig = new OverviewRig();
  rig.fateOf = () => 'no_access';
  rig.session('scout');
  rig.house.ask('scout');
  rig.house.call('c', 'scout');
  await rig.house.pass(1_500);
  expect(rig.asked.length).toBeLessThanOrEqual(4);
  expect(rig.log.filter((line) => line.includes('cannot be kept')).length).toBeLessThanOrEqual(3);
});
