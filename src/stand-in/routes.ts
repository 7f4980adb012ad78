// The table of routes that need a token, with the refusal of each while the database is down.

import type { Route } from './route-call.ts';
import {
  addMember,
  directChannel,
  getChannel,
  getChannelByName,
  getMember,
  listMembers,
  listOwnChannels,
  listTeams,
} from './channel-routes.ts';
import { createPost } from './create-post.ts';
import { patchPost, pinPost, putPost, removePost } from './edit-post.ts';
import { addReaction, listReactions, removeReaction } from './reactions.ts';
import { editHistory, getPost, getThread, listPinned, listPosts, postsByIds } from './read-posts.ts';
import type { ServerVersion } from './version-rules.ts';
import { getUser, getUserByName, typing, usersByIds, usersByNames } from './user-routes.ts';

/** Without a database the server refuses an edit like one without permission (recorded). */
const LOOKS_FORBIDDEN: Route['whenDatabaseDown'] = [403, 'api.context.permissions.app_error'];
/** Without a database the server blames the channel id of a new post (recorded). */
const LOOKS_INVALID: Route['whenDatabaseDown'] = [400, 'api.context.invalid_param.app_error'];
const POST_FAILS: Route['whenDatabaseDown'] = [500, 'app.post.get.app_error'];
const USER_FAILS: Route['whenDatabaseDown'] = [500, 'app.user_terms_of_service.get_by_user.app_error'];
const CHANNEL_FAILS: Route['whenDatabaseDown'] = [500, 'app.channel.get.find.app_error'];

const BOTH: Route[] = [
  { method: 'GET', path: '/users/{user_id}', whenDatabaseDown: USER_FAILS, answer: getUser },
  { method: 'GET', path: '/users/username/{username}', whenDatabaseDown: USER_FAILS, answer: getUserByName },
  { method: 'POST', path: '/users/{user_id}/typing', whenDatabaseDown: LOOKS_FORBIDDEN, answer: typing },
  { method: 'POST', path: '/users/ids', whenDatabaseDown: USER_FAILS, answer: usersByIds },
  { method: 'POST', path: '/users/usernames', whenDatabaseDown: USER_FAILS, answer: usersByNames },
  { method: 'GET', path: '/users/{user_id}/teams', whenDatabaseDown: USER_FAILS, answer: listTeams },
  { method: 'GET', path: '/users/{user_id}/teams/{team_id}/channels', whenDatabaseDown: CHANNEL_FAILS, answer: listOwnChannels },
  { method: 'POST', path: '/channels/direct', whenDatabaseDown: CHANNEL_FAILS, answer: directChannel },
  { method: 'GET', path: '/channels/{channel_id}', whenDatabaseDown: CHANNEL_FAILS, answer: getChannel },
  { method: 'GET', path: '/channels/{channel_id}/members', whenDatabaseDown: LOOKS_FORBIDDEN, answer: listMembers },
  { method: 'POST', path: '/channels/{channel_id}/members', whenDatabaseDown: CHANNEL_FAILS, answer: addMember },
  { method: 'GET', path: '/channels/{channel_id}/members/{user_id}', whenDatabaseDown: LOOKS_FORBIDDEN, answer: getMember },
  { method: 'GET', path: '/channels/{channel_id}/posts', whenDatabaseDown: POST_FAILS, answer: listPosts },
  { method: 'GET', path: '/channels/{channel_id}/pinned', whenDatabaseDown: POST_FAILS, answer: listPinned },
  {
    method: 'GET',
    path: '/teams/name/{team_name}/channels/name/{channel_name}',
    whenDatabaseDown: CHANNEL_FAILS,
    answer: getChannelByName,
  },
  { method: 'POST', path: '/posts', whenDatabaseDown: LOOKS_INVALID, answer: createPost },
  { method: 'GET', path: '/posts/{post_id}', whenDatabaseDown: POST_FAILS, answer: getPost },
  { method: 'PUT', path: '/posts/{post_id}', whenDatabaseDown: LOOKS_FORBIDDEN, answer: putPost },
  { method: 'DELETE', path: '/posts/{post_id}', whenDatabaseDown: LOOKS_FORBIDDEN, answer: removePost },
  { method: 'PUT', path: '/posts/{post_id}/patch', whenDatabaseDown: LOOKS_FORBIDDEN, answer: patchPost },
  { method: 'GET', path: '/posts/{post_id}/thread', whenDatabaseDown: POST_FAILS, answer: getThread },
  { method: 'POST', path: '/posts/{post_id}/pin', whenDatabaseDown: POST_FAILS, answer: (call) => pinPost(call, true) },
  { method: 'POST', path: '/posts/{post_id}/unpin', whenDatabaseDown: POST_FAILS, answer: (call) => pinPost(call, false) },
  { method: 'GET', path: '/posts/{post_id}/reactions', whenDatabaseDown: POST_FAILS, answer: listReactions },
  { method: 'POST', path: '/reactions', whenDatabaseDown: LOOKS_FORBIDDEN, answer: addReaction },
  {
    method: 'DELETE',
    path: '/users/{user_id}/posts/{post_id}/reactions/{emoji_name}',
    whenDatabaseDown: LOOKS_FORBIDDEN,
    answer: removeReaction,
  },
];

const NEW_ONLY: Route[] = [
  { method: 'POST', path: '/posts/ids', whenDatabaseDown: POST_FAILS, answer: postsByIds },
  { method: 'GET', path: '/posts/{post_id}/edit_history', whenDatabaseDown: POST_FAILS, answer: editHistory },
];

/** The routes of one version; the first that matches counts. */
export function routesOf(version: ServerVersion): Route[] {
  return version === '5.37' ? BOTH : [...NEW_ONLY, ...BOTH];
}
