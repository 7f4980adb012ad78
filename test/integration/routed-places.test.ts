// Where sessions go that have no channel of their own, what nobody sees of them, and what health says of rules that lead nowhere.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { routeLines } from '../../src/cli/route-lines.ts';
import { until } from '../support/until.ts';
import { boxesOf } from './harness.ts';
import { type Life, type RoutedRig, routedRig, SHOP } from './routed-rig.ts';

const OTHER = 'claude-code:/home/dev/diary';

async function boxOf(rig: RoutedRig, id: string) {
  await until(`the box of ${id}`, () => boxesOf(rig.posts()).some(({ text }) => text.includes(id)));
  return rig.posts().find((post) => boxesOf([post])[0]?.text.includes(id) === true);
}

async function whyNot(life: Life, words: string): Promise<void> {
  await until(`no box: ${words}`, () => life.health().sessions.some(({ why }) => why?.includes(words) === true), {
    detail: () => JSON.stringify(life.health().sessions),
  });
}

describe('a session with an address', () => {
  it('goes where the first rule that matches says: a channel by name, by id, or the direct channel with a person', async () => {
    const rig = await routedRig();
    await rig.start(`claude-code:/home/dev/shop=lab/agents, claude-code:*/ops=${SAMPLE.privateId}, claude-code:*=@alice`);
    rig.asks('s1', 'one');
    rig.asks('s2', 'two', 'claude-code:/home/dev/ops');
    rig.asks('s3', 'three', OTHER);
    expect((await boxOf(rig, 'one'))?.channel_id).toBe(SAMPLE.publicId);
    expect((await boxOf(rig, 'two'))?.channel_id).toBe(SAMPLE.privateId);
    expect((await boxOf(rig, 'three'))?.channel_id).toBe(SAMPLE.directId);
  });

  it('has a title with its source, its project and the end of its id', async () => {
    const rig = await routedRig();
    await rig.start(`claude-code:*=lab/agents`);
    rig.asks('s1', 'one');
    const post = await boxOf(rig, 'one');
    expect(boxesOf(post === undefined ? [] : [post])[0]?.title).toMatch(/^\[ACTIVE\] claude-code · shop #a1b2 \| \d+s$/);
  });

  it('goes nowhere without a rule, whatever DEFAULT_CHANNEL says, and health counts it with the rule that would show it', async () => {
    const rig = await routedRig();
    const life = await rig.start('openclaw:*=lab/agents', { DEFAULT_CHANNEL: 'lab/agents', DEFAULT_CHANNEL_DIRECT: '1' });
    rig.asks('s1', 'one');
    rig.asks('s2', 'two');
    rig.asks('s3', 'three', OTHER);
    await whyNot(life, `ROUTES=${OTHER}=team/channel`);
    const { routes, status } = life.health();
    expect(routes?.unrouted).toEqual([
      { address: SHOP, sessions: 2, rule: `${SHOP}=team/channel` },
      { address: OTHER, sessions: 1, rule: `${OTHER}=team/channel` },
    ]);
    expect(status).toBe('ok');
    expect(rig.posts()).toEqual([]);
    expect(life.visibility(SHOP).isRouted).toBe(false);
  });

  it('gets no box while its target cannot be used, and health says why before anybody needs it', async () => {
    const rig = await routedRig();
    const life = await rig.start('claude-code:/a=lab/nowhere, claude-code:/b=lab/lounge, claude-code:/c=@nobody');
    const reasons = ['does not exist', 'add it to the team and the channel', 'there is no user @nobody'];
    for (const because of reasons)
      await until('health says it', () => life.health().reason.includes(because), { detail: () => life.health().reason });
    expect(life.health().status).toBe('degraded');
    for (const [index, because] of reasons.entries()) {
      rig.asks(`s${index}`, `ask ${index}`, `claude-code:/${'abc'[index] ?? ''}`);
      await whyNot(life, because);
    }
    expect(rig.posts()).toEqual([]);
  });

  it('is withdrawn from its channel when a restart finds no rule for it any more', async () => {
    const rig = await routedRig();
    const first = await rig.start('claude-code:*=lab/agents');
    rig.asks('s1', 'one');
    await boxOf(rig, 'one');
    first.kill();
    await rig.start('claude-code:/elsewhere/*=lab/agents');
    rig.did('s1', { type: 'message', messageId: 'm', text: 'private words', stop: 'tools' });
    await until('it is withdrawn', () => boxesOf(rig.posts())[0]?.title.includes('not shown here any more') === true, {
      detail: () => JSON.stringify(boxesOf(rig.posts())),
    });
    expect(JSON.stringify(rig.standIn.requests)).not.toContain('private words');
  });
});

describe('a rule for agents of OpenClaw', () => {
  const shown = { type: 'tool_started', callId: 'c', tool: 'exec', args: { command: 'make' } } as const;

  it('takes what is public and has no channel, before DEFAULT_CHANNEL; never what is private or unproven', async () => {
    const rig = await routedRig();
    const life = await rig.start('openclaw:main=lab/ops', { DEFAULT_CHANNEL: 'lab/agents' });
    for (const [key, agentId, audience] of [
      ['public', 'main', 'public'],
      ['own', 'main', 'own'],
      ['other', 'writer', 'public'],
      ['direct', 'main', 'direct'],
      ['unknown', 'main', 'unknown'],
      ['disputed', 'main', 'disputed'],
    ] as const) {
      rig.did(key, { type: 'session_seen', agentId, route: { kind: 'elsewhere', audience } });
      rig.did(key, { type: 'turn_started', trigger: { kind: 'operator' }, messageId: key });
      rig.did(key, { ...shown, args: { command: `echo ${key}-words` } });
    }
    expect((await boxOf(rig, 'public-words'))?.channel_id).toBe(SAMPLE.privateId);
    expect((await boxOf(rig, 'own-words'))?.channel_id).toBe(SAMPLE.privateId);
    expect((await boxOf(rig, 'other-words'))?.channel_id).toBe(SAMPLE.publicId);
    await until(
      'three refusals',
      () => life.health().sessions.filter(({ why }) => why?.includes('private') === true || why?.includes('direct') === true).length === 3,
    );
    expect(rig.posts()).toHaveLength(3);
  });
});

it('hidden arguments of a call reach no post, checkpoint, log, health page or status', async () => {
  const rig = await routedRig();
  const life = await rig.start('claude-code:*=lab/agents');
  rig.asks('s1', 'one');
  rig.did('s1', { type: 'tool_started', callId: 'h', tool: 'Bash', args: { where: 'src' }, hidden: { command: 'canary-5e1f' } });
  rig.did('s1', { type: 'tool_started', callId: 'h', tool: 'Bash', args: { where: 'src' }, hidden: { command: 'canary-5e1f' } });
  rig.answers('s1', 'one');
  await until('the end', () => boxesOf(rig.posts())[0]?.title.startsWith('[DONE]') === true);
  const health = JSON.stringify(life.health());
  await life.stop();
  const state = readdirSync(join(rig.folder, 'state')).map((name) => readFileSync(join(rig.folder, 'state', name), 'latin1'));
  expect(state.join('')).toContain('"callId":"h"'); // stored several times: a page of the database may end within one of them
  for (const place of [health, ...state, rig.log.join('\n'), JSON.stringify(rig.standIn.requests), JSON.stringify(rig.posts())])
    expect(place).not.toContain('canary-5e1f');
});

it('the coordinator judges sessions that a rule covers, and neither tells nor keeps anything of the others', async () => {
  const rig = await routedRig();
  const ledger = join(rig.folder, 'ledger.jsonl');
  const governed = {
    COORDINATOR_ROLES: 'claude-code=observer',
    OPERATIONS_CHANNEL: 'lab/ops',
    OPERATORS: 'alice',
    GOVERNANCE_DIR: join(rig.folder, 'governance'),
    AUDIT_LEDGER: ledger,
  };
  const life = await rig.start('claude-code:/home/dev/shop=lab/agents', governed);
  rig.asks('s2', 'private words', OTHER);
  rig.did('s2', { type: 'tool_started', callId: 'w', tool: 'Write', args: {} });
  rig.asks('s1', 'public words');
  const alert = (): boolean => rig.posts().some((post) => post.channel_id === SAMPLE.privateId);
  await until('the alert', alert, { detail: () => JSON.stringify([life.health().coordinator, rig.log.slice(-10)]) });
  await whyNot(life, `ROUTES=${OTHER}`);
  expect(life.health().coordinator?.findingsByRule).toEqual({ 'observer-acted': 1 });
  expect(readFileSync(ledger, 'utf8').match(/observer_acted/g)).toHaveLength(1);
});

it.each(['stop', 'kill'] as const)(
  'a running box whose rule is gone after a %s is closed, and its call with it',
  async (end) => {
    const rig = await routedRig();
    const calling = { CALL: 'operators', OPERATORS: 'alice' };
    const life = await rig.start(`${SHOP}=lab/agents+texts`, calling);
    rig.asks('s1', 'private words');
    rig.did('s1', { type: 'waiting_started', waitId: 'w', on: 'answer', text: 'private words' }, 11_000);
    await until('the call', () => rig.posts().some(({ message }) => message.includes('private words')));
    await life[end]();
    await rig.start(`${OTHER}=lab/agents`, calling);
    await until('the edits', () => !JSON.stringify(rig.posts()).includes('private words'), { detail: () => JSON.stringify(rig.posts()) });
    expect(rig.posts().map((post) => post.message || JSON.stringify(post.props['attachments']))).toEqual([
      expect.stringContaining('no rule of ROUTES sends it here any more'),
      '@alice **not shown here any more** · `claude-code`',
    ]);
  },
  60_000,
);

describe('config', () => {
  it('says of each session that a watcher knows where its box goes and why, while the watcher runs and after it', async () => {
    const rig = await routedRig();
    const life = await rig.start('claude-code:/home/dev/shop=lab/agents, openclaw:main=@alice', { DEFAULT_CHANNEL: 'lab/ops' });
    rig.asks('s1', 'one');
    rig.asks('s2', 'two', OTHER);
    for (const [key, agentId, route] of [
      ['p', 'main', { kind: 'elsewhere', audience: 'public' }],
      ['q', 'writer', { kind: 'elsewhere', audience: 'public' }],
      ['r', 'main', { kind: 'elsewhere', audience: 'unknown' }],
      ['t', 'main', { kind: 'channel', channelId: SAMPLE.publicId }],
      ['u', 'main', { kind: 'direct', userId: SAMPLE.bobId }],
    ] as const) {
      rig.did(key, { type: 'session_seen', agentId, route });
      rig.did(key, { type: 'turn_started', trigger: { kind: 'operator' }, messageId: key });
    }
    life.visibility('claude-code:/home/dev/old');
    const { config } = life.daemon.parts();
    const said = async (): Promise<string[]> => (await routeLines(config, Date.now())).map((line) => line.replace(/, session #?\w+,/, ''));
    const expected = [
      `${OTHER} goes nowhere: no rule of ROUTES covers it; ROUTES=${OTHER}=team/channel would show it there, and =@user in a direct channel`,
      'claude-code:/home/dev/old goes nowhere: no rule of ROUTES covers it; ROUTES=claude-code:/home/dev/old=team/channel would show it there, and =@user in a direct channel',
      `${SHOP} goes to lab/agents, by the rule claude-code:/home/dev/shop=lab/agents`,
      'openclaw:main goes nowhere: it is private, or nothing proves that it is public, and then no rule of ROUTES counts',
      'openclaw:main goes to @alice, by the rule openclaw:main=@alice',
      `openclaw:main goes to its conversation in channel ${SAMPLE.publicId}`,
      'openclaw:main goes to its direct conversation, if the account is in it; DIRECT=off allows no other place',
      'openclaw:writer goes to lab/ops, by DEFAULT_CHANNEL',
    ];
    await until('all are stored', async () => (await said()).length === expected.length);
    expect((await said()).toSorted()).toEqual(expected.toSorted());
    life.kill();
    expect((await said()).toSorted()).toEqual(expected.toSorted());
  });

  it('names targets that are not there and rules that nothing needed for a day, and says when Mattermost does not answer', async () => {
    const rig = await routedRig();
    const life = await rig.start('claude-code:/a=lab/nowhere, claude-code:/b=@nobody, claude-code:/c=lab/agents');
    const { config } = life.daemon.parts();
    const DAY_MS = 86_400_000;
    expect(await routeLines(config, Date.now())).toEqual([
      expect.stringMatching(/^ROUTES target lab\/nowhere: channel "lab\/nowhere" does not exist/),
      expect.stringMatching(/^ROUTES target @nobody: there is no user @nobody/),
    ]);
    expect((await routeLines(config, Date.now() + DAY_MS)).slice(2)).toEqual(
      ['/a=lab/nowhere', '/b=@nobody', '/c=lab/agents'].map((rule) =>
        expect.stringContaining(`ROUTES claude-code:${rule}: nothing has matched it for a day`),
      ),
    );
    const [sentence] = await routeLines({ ...config, mmUrl: 'http://127.0.0.1:9' }, Date.now());
    expect(sentence).toMatch(/^The targets of ROUTES were not checked/);
  });

  it('changes nothing, and says nothing of sessions where no watcher has run', async () => {
    const rig = await routedRig();
    const life = await rig.start('');
    const { config } = life.daemon.parts();
    expect(await routeLines({ ...config, stateDir: join(rig.folder, 'none') }, Date.now())).toEqual([]);
    expect(readdirSync(rig.folder)).not.toContain('none');
  });
});
