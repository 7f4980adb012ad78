// Requests and answers of the stand-in, and the form of its refusals.

/** One HTTP request. `path` includes the query; header names are lower case. */
export interface StandInRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** One HTTP answer. A header with several values is sent several times. */
export interface StandInAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
}

/** What a route answers before the common headers are added. `body` is encoded as JSON; `undefined` means no body. */
export interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string | string[]>;
}

/** Status and sentence of every refusal; ids and sentences as recorded from 5.37, the marked ones as read in 11.6. */
const REFUSALS: Record<string, [status: number, message: string]> = {
  'api.config.client.old_format.app_error': [
    501,
    'New format for the client configuration is not supported yet. Please specify format=old in the query string.',
  ],
  'api.context.invalid_body_param.app_error': [400, 'Invalid or missing {what} in request body.'],
  'api.context.invalid_param.app_error': [400, 'Invalid {what} parameter.'],
  'api.context.invalid_url_param.app_error': [400, 'Invalid or missing {what} parameter in request URL.'],
  'api.context.permissions.app_error': [403, 'You do not have the appropriate permissions.'],
  'api.context.request_body_too_large.app_error': [413, 'The request body is larger than this server accepts.'], // 11.6
  'api.context.session_expired.app_error': [401, 'Invalid or expired session, please login again.'],
  'api.post.create_post.can_not_post_to_deleted.error': [400, 'Can not post to deleted channel.'],
  'api.post.create_post.channel_root_id.app_error': [400, 'Invalid ChannelId for RootId parameter.'],
  'api.post.create_post.root_id.app_error': [400, 'Invalid RootId parameter.'],
  'api.post.deduplicate_create_post.failed_to_get': [
    500,
    'Failed to fetch original post after deduplicating a client repeating the same request.',
  ],
  'api.post.deduplicate_create_post.pending': [500, 'Rejected post since another client is making the same request.'],
  'api.post.delete_post.can_not_delete_post_in_deleted.error': [400, 'Can not delete a post in a deleted channel.'],
  'api.post.patch_post.can_not_update_post_in_deleted.error': [400, 'Can not update a post in a deleted channel.'],
  'api.post.update_post.can_not_update_post_in_deleted.error': [400, 'Can not update a post in a deleted channel.'],
  'api.post.update_post.permissions_time_limit.app_error': [400, 'The time in which this post could be edited is over.'], // 11.6
  'api.post.update_post.system_message.app_error': [400, 'Unable to update system message.'],
  'api.channel.create_channel.direct_channel.team_restricted_error': [403, 'Direct messages are restricted to members of a team.'], // 11.6
  'app.channel.get.existing.app_error': [404, 'Unable to find the existing channel.'],
  'app.post.get.app_error': [404, 'Unable to get the post.'],
  'app.post.save.app_error': [500, 'Unable to save the Post.'],
  'app.post.save.existing.app_error': [400, 'You cannot update an existing Post.'],
  'app.post.update.app_error': [500, 'Unable to update the Post.'],
  'app.user.missing_account.const': [404, 'Unable to find the user.'],
  'app.user_terms_of_service.get_by_user.app_error': [500, 'Unable to fetch terms of service.'],
  'api.reaction.delete.archived_channel.app_error': [403, 'You cannot remove a reaction in an archived channel.'],
  'api.reaction.save.archived_channel.app_error': [403, 'You cannot react in an archived channel.'],
  'api.reaction.save_reaction.user_id.app_error': [403, 'You cannot save reaction for the other user.'],
  'model.post.is_valid.message_length.app_error': [400, 'Post message is too long.'], // 11.6
  'model.post.is_valid.msg.app_error': [400, 'Invalid message.'],
  'model.post.is_valid.props.app_error': [400, 'Invalid props.'],
  'model.post.is_valid.type.app_error': [400, 'Invalid type.'], // 11.6
};

/** Thrown by a route that refuses a request; `id` is Mattermost's error id. */
export class Refusal extends Error {
  readonly id: string;
  readonly status: number;
  constructor(id: string, status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.id = id;
    this.status = status;
  }
}

/** Makes a refusal. `what` names the parameter at fault; `status` overrides the usual one of that id. */
export function refusal(id: string, options: { what?: string; status?: number } = {}): Refusal {
  const [status, message] = REFUSALS[id] ?? [options.status ?? 500, id];
  return new Refusal(id, options.status ?? status, message.replace('{what}', options.what ?? ''));
}

/** The JSON that Mattermost sends for a refusal. */
export function refusalBody(refused: Refusal, requestId: string): Record<string, unknown> {
  return { id: refused.id, message: refused.message, detailed_error: '', request_id: requestId, status_code: refused.status };
}

/** The error page of a reverse proxy (nginx). */
export function proxyPage(status: number): StandInAnswer {
  const title = `${status} ${PROXY_TITLES[status] ?? 'Error'}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { server: 'nginx/1.22.1', 'content-type': 'text/html' }, body };
}

const PROXY_TITLES: Record<number, string> = {
  413: 'Request Entity Too Large',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};
