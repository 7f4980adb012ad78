// The differences between the two Mattermost versions that matter to a bot.

/** The server that the stand-in plays: 5.37 or 11.6, both as observed. */
export type ServerVersion = (typeof SERVER_VERSIONS)[number];

export const SERVER_VERSIONS = ['5.37', '11.6'] as const;

/** What one version enforces. Lengths are Unicode code points. */
export interface ServerRules {
  version: ServerVersion;
  maxMessageRunes: number;
  /** Of the serialized props, the server's own additions included. */
  maxPropsRunes: number;
  maxBodyBytes: number;
  /** The error id of a message that is too long. */
  messageTooLong: string;
  /** The body `null`: 400 in 5.37, 403 later. */
  nullBodyIsForbidden: boolean;
  /** Types of posts that are neither the server's own nor begin with `custom_` are refused. */
  checksType: boolean;
  /** Public channels are listed to everybody of the team, not only to their members. */
  listsPublicToTeam: boolean;
  /** Of two first replies to a thread within some milliseconds one fails. */
  firstRepliesRace: boolean;
  /** An edit that is under way when the post, or its thread, is deleted brings it to life again. */
  editsRevive: boolean;
  /** `GET /config/client` needs `format=old`. */
  configNeedsFormat: boolean;
  /** How requests fail while the database is down, where that differs from 5.37: method and path to status and id. */
  whenDatabaseDown: Readonly<Record<string, [status: number, id: string]>>;
  /** Wrong JSON types are refused; otherwise they are read as empty. */
  strictJson: boolean;
  /** Props are stored as `jsonb`, which refuses U+0000. */
  nulInPropsFails: boolean;
  /** Without a licence 5.37 ignores the edit-time limit. */
  enforcesEditTimeLimit: boolean;
  /** A repeated delete: 403 in 5.37, 404 later. */
  repeatedDeleteIsNotFound: boolean;
  /** `parent_id` in posts and the root twice in a thread's order. */
  oldThreadShape: boolean;
  /** A remembered `pending_post_id` is honoured only for who may read that post. */
  pendingIdNeedsAccess: boolean;
  extraHeaders: Record<string, string>;
}

const OLD: ServerRules = {
  version: '5.37',
  maxMessageRunes: 16_383,
  maxPropsRunes: 8_000,
  maxBodyBytes: 50_000_000,
  messageTooLong: 'model.post.is_valid.msg.app_error',
  nullBodyIsForbidden: false,
  checksType: false,
  listsPublicToTeam: false,
  firstRepliesRace: false,
  editsRevive: false,
  configNeedsFormat: true,
  whenDatabaseDown: {},
  strictJson: false,
  nulInPropsFails: false,
  enforcesEditTimeLimit: false,
  repeatedDeleteIsNotFound: false,
  oldThreadShape: true,
  pendingIdNeedsAccess: false,
  extraHeaders: {},
};

const NEW: ServerRules = {
  version: '11.6',
  maxMessageRunes: 16_383,
  maxPropsRunes: 800_000,
  maxBodyBytes: 300_512,
  messageTooLong: 'model.post.is_valid.message_length.app_error',
  nullBodyIsForbidden: true,
  checksType: true,
  listsPublicToTeam: true,
  firstRepliesRace: true,
  editsRevive: true,
  configNeedsFormat: false,
  whenDatabaseDown: {
    'POST /posts': [500, 'app.post.save.app_error'],
    'GET /channels/{channel_id}/members/{user_id}': [500, 'app.channel.get_member.app_error'],
  },
  strictJson: true,
  nulInPropsFails: true,
  enforcesEditTimeLimit: true,
  repeatedDeleteIsNotFound: true,
  oldThreadShape: false,
  pendingIdNeedsAccess: true,
  extraHeaders: { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'permissions-policy': '' },
};

/** The rules of one version. */
export function rulesOf(version: ServerVersion): ServerRules {
  switch (version) {
    case '5.37':
      return OLD;
    case '11.6':
      return NEW;
    default:
      return version satisfies never;
  }
}
