// Stage directions for each recorded file: what existed, what was done behind the bot's back, what is not spoken and why.

import { proxyPage } from '../../../src/stand-in/answer.ts';
import type { Post } from '../../../src/stand-in/post.ts';
import { exchangesOf, idOf, LATE_CHANNEL } from './recorded.ts';
import type { Direction, Script, Stage } from './replay.ts';

const bot = idOf('livestatus');
const wall = idOf('status-wall');
const archive = idOf('archive-me');
const fromBot = { from_bot: 'true' };
const FILES = { skip: 'files are not spoken' };
const ADMIN_API = { skip: 'administration of tokens and bots is not spoken; switches do it' };

function boxOn(channel: string, id: string, given: Partial<Post> = {}): Pick<Post, 'id'> & Partial<Post> {
  return { id, channel_id: channel, user_id: bot, message: 'box v0', props: fromBot, ...given };
}

const auth: Script = {
  posts: [boxOn(wall, 'c8nd8max778ujc8i6w4zxb185y', { user_id: idOf('otherbot') })],
  directions: {
    'token.admin.get': ADMIN_API,
    'bot.get_self': ADMIN_API,
    'bot.disabled.bots.get_by_self': ADMIN_API,
    'bot.cannot_create_token_without_permission': ADMIN_API,
    'token.disable': { instead: ({ standIn }) => standIn.switches.disableToken('fakebottokentorevoke000001') },
    'token.enable': { instead: ({ standIn }) => standIn.switches.enableToken('fakebottokentorevoke000001') },
    'token.revoke': { instead: ({ standIn }) => standIn.switches.revokeToken('fakebottokentorevoke000001') },
    'bot.disable': { instead: ({ standIn }) => standIn.switches.disableUser(idOf('otherbot')) },
    'bot.enable': { instead: ({ standIn }) => standIn.switches.enableUser(idOf('otherbot')) },
    'session.logout': { instead: ({ standIn }) => standIn.switches.revokeToken('fakesessionmallory00000001') },
  },
};

const system: Script = {
  directions: {
    'teams.me': { skip: 'lists of teams are not spoken' },
    'channels.mine': { skip: 'lists of channels are not spoken' },
    'user.status': { skip: 'presence is not spoken' },
  },
};

/** Three at once: the third is under way while the first two arrive. */
const idempotency: Script = {
  directions: { 'concurrent.same_pending_post_id': { perform: concurrentCreate() } },
};

function concurrentCreate(): (stage: Stage, request: Parameters<Stage['standIn']['handle']>[0]) => ReturnType<Stage['standIn']['handle']> {
  let underWay: ReturnType<Stage['standIn']['arrive']> | undefined;
  return ({ standIn, exchanges, requestOf }, request) => {
    const third = exchanges[2];
    if (third === undefined) throw new Error('The recording has no third create.');
    if (underWay === undefined) {
      standIn.faults.add({ fault: { kind: 'stall', ms: 1 } });
      underWay = standIn.arrive(requestOf(third));
    }
    return request.body === requestOf(third).body ? underWay.apply() : standIn.handle(request);
  };
}

const updatePut: Script = {
  posts: [
    boxOn(wall, '5ybcwi8ryifw5yow1u4cffnh5a', { create_at: 1795226697846 }),
    boxOn(wall, 'ubxw17f96fgr9fxafq1f1mcjxh', { create_at: 1795226698304 }),
  ],
  directions: {
    'file.upload': FILES,
    'file.create_post': FILES,
    'put.file_omitting_file_ids': FILES,
    'put.file_empty_file_ids': FILES,
  },
};

const updatePatch: Script = {
  posts: [
    boxOn(wall, 'hujybwpaqjni5kff6mgyr9fnry', {
      create_at: 1795226698475,
      update_at: 1795226698506,
      is_pinned: true,
      props: { ...fromBot, livestatus: { seq: 0, session: 's1' } },
    }),
  ],
};

const updateRefused: Script = {
  posts: [
    boxOn(wall, 'i6pfupp1ktnyicgaae9mu7cino', { user_id: idOf('otherbot') }),
    boxOn(wall, '9icomn5ttibcmgx6bgj171o17e', { create_at: 1795226698812 }),
    boxOn(wall, 'zqy6wr6tat8bugywouxd34b8ta'),
    boxOn(wall, 'dd7anwbhm3rtjqq5nzzk8186ka'),
    boxOn(archive, 'gtycsbfs3in8pcwmzft3mau3qe', { create_at: 1795226698921, message: 'in archive' }),
    boxOn(archive, 'mnka79ogq3ymjffhnjkhqnha1r', { create_at: 1795226698988 }),
    boxOn(archive, 'a11ppw71wfybipn543gdbth9qc', { create_at: 1795226699007, message: 'member' }),
    boxOn(archive, '1kgmqh1qgfr8bpqb5wqtkswq7c', { user_id: idOf('sysadmin'), type: 'system_add_to_channel' }),
    boxOn(idOf('ops-private'), 'rhji5bke7tf63gmby7fsmck8wh', { create_at: 1795226699064 }),
    boxOn(wall, '8mbnxm5tt78du84bcptr1pbwre', { create_at: 1795226699267 }),
    boxOn(wall, 'jizu8nke47gozmd97ehqpi9e5w'),
  ],
  directions: {
    'archived.list': { skip: 'the system messages in it (joins, archiving) are not written' },
    'channel.archive': { instead: ({ standIn }) => standIn.switches.archiveChannel(archive) },
    'channel.restore': { instead: ({ standIn }) => standIn.switches.restoreChannel(archive) },
    'member.remove': { instead: ({ standIn }) => standIn.switches.removeMember(archive, bot) },
    'member.remove_private': { instead: ({ standIn }) => standIn.switches.removeMember(idOf('ops-private'), bot) },
    'team.remove': { instead: ({ standIn }) => standIn.switches.removeFromTeam(bot) },
    'time_limit_1s.put': { before: backInTeamWithTimeLimit },
    'edit_post_permission_missing.put': { before: ({ standIn }) => standIn.switches.forbidEditing(true) },
  },
};

function backInTeamWithTimeLimit({ standIn }: Stage): void {
  standIn.world.team.memberIds.add(bot);
  standIn.switches.addMember(wall, bot);
  standIn.switches.editTimeLimit(1000);
}

const read: Script = {
  posts: postsOfTheLists(),
  directions: {
    'list.around_last_unread': { skip: 'unread positions are not kept' },
    'search.from_bot': { skip: 'search is not spoken' },
    'search.from_bot_only': { skip: 'search is not spoken' },
    'search.by_prop_value': { skip: 'search is not spoken' },
    'search.hashtag': { skip: 'search is not spoken' },
    'search.empty_terms': { skip: 'search is not spoken' },
  },
};

/** The rows of the channel at that time, as two of the recorded lists show them; texts of deleted rows are not sent. */
function postsOfTheLists(): (Pick<Post, 'id'> & Partial<Post>)[] {
  const lists = exchangesOf('read').filter((exchange) => ['list.default', 'list.since_t0'].includes(exchange.case));
  const rows = lists.flatMap(({ response }) =>
    response === undefined ? [] : Object.values((response.body as { posts: Record<string, Post> }).posts),
  );
  return [...new Map(rows.map((row) => [row.id, row])).values()].map((row) => ({ ...row, channel_id: LATE_CHANNEL }));
}

const props: Script = {
  directions: {
    'props.override_username': { skip: 'the address of an icon override is not rebuilt' },
    'props.channel_link': { skip: 'links to channels are not resolved' },
  },
};

const rateLimit: Script = {
  posts: [boxOn(wall, 'j395xcxxbfrp3yn1mfr8tjxx3w', { create_at: 1795227342975 })],
  directions: {
    'by_ip.burst.1': { before: ({ standIn }) => standIn.limitRate({ perSecond: 2, burst: 3, by: 'address' }) },
    'by_user.limited': { before: spendTheBurst },
    'off.after_restart': { before: ({ standIn }) => standIn.limitRate(undefined) },
  },
};

function spendTheBurst({ standIn }: Stage): void {
  standIn.limitRate({ perSecond: 10, burst: 100, by: 'user' });
  const ping = { method: 'GET', path: '/api/v4/system/ping', headers: { authorization: 'Bearer fakebottokenlivestatus0001' }, body: '' };
  for (let count = 0; count < 101; count += 1) standIn.handle(ping);
}

const databaseDown: Script = {
  posts: [boxOn(wall, 'ns5gcmpxo7rr9ftwp6isxjiwue', { create_at: 1795227664137 })],
  directions: {
    'db_down.ping': { before: loseDatabase },
    'db_back.ping_server_status': { before: ({ standIn }) => standIn.switches.database('up') },
    'db_locked.patch': { skip: 'a locked table is played as a fault' },
    'db_locked.get_after': { skip: 'a locked table is played as a fault' },
  },
};

/** The bot's token was used shortly before, so the server still knows it. */
function loseDatabase({ standIn }: Stage): void {
  standIn.handle({ method: 'GET', path: '/api/v4/users/me', headers: { authorization: 'Bearer fakebottokenlivestatus0001' }, body: '' });
  standIn.switches.database('down');
}

const NEEDS_SOCKETS = { skip: 'a connection is refused or reset; tested over sockets' };
const PROXY_HEADERS = { skip: 'the same with the headers of a proxy' };

const transport: Script = {
  posts: [boxOn(wall, '77zrffwk3fgwdp6hf1isypqphy', { create_at: 1795227622507 })],
  directions: {
    'proxy.ok': PROXY_HEADERS,
    'proxy.body_too_large': { perform: () => proxyPage(413) },
    'proxy.503': {
      perform: ({ standIn }, request) => (
        standIn.faults.add({ fault: { kind: 'status', status: 503, html: true } }), standIn.handle(request)
      ),
    },
    'proxy.504_upstream_hangs': { perform: appliedBehindProxy() },
    'down.stale_keepalive_or_refused': NEEDS_SOCKETS,
    'down.refused': NEEDS_SOCKETS,
    'down.proxy_502': { perform: () => proxyPage(502) },
    'down.ping_proxy_502': { perform: () => proxyPage(502) },
    'down.create_refused': NEEDS_SOCKETS,
    'restart.stale_pooled_socket': NEEDS_SOCKETS,
    'restart.repeat_pending_post_id_after_restart': { before: ({ standIn }) => standIn.restart() },
  },
};

function appliedBehindProxy(): Extract<Direction, { perform: unknown }>['perform'] {
  return ({ standIn }, request) => {
    standIn.faults.add({ fault: { kind: 'status', status: 504, html: true, applied: true } });
    return standIn.handle(request);
  };
}

/** A script for every file that is replayed. */
export const SCRIPTS: Record<string, Script> = {
  auth,
  system,
  create: {},
  idempotency,
  thread: {},
  'update-put': updatePut,
  'update-patch': updatePatch,
  'update-refused': updateRefused,
  props,
  read,
  'rate-limit': rateLimit,
  'database-down': databaseDown,
  transport,
};
