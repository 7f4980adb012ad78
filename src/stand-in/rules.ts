// The differences between the two Mattermost versions that a bot can notice. Knows no state.

/** Which server is played: 5.37 as recorded, 11.6 as read in its source. */
export type ServerVersion = '5.37' | '11.6';

/** What one version enforces. Lengths are Unicode code points. */
export interface ServerRules {
  version: ServerVersion;
  maxMessageRunes: number;
  /** Of the serialized props, the server's own additions included. */
  maxPropsRunes: number;
  maxBodyBytes: number;
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
