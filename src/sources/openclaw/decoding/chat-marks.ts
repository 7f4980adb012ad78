// Finds what messengers put around a person's text, in versions whose lines name no sender: it shows that no operator typed the text.
// Such marks only make a conversation more private, so it does no harm when somebody writes them. Pure.

const MESSENGERS =
  'WhatsApp|Telegram|Signal|Discord|Slack|iMessage|BlueBubbles|Mattermost|Matrix|Google ?Chat|(?:Microsoft ?|MS ?)?Teams|LINE|Zalo|Nostr|Twitch|IRC|Nextcloud Talk|Feishu|Lark|WeChat|WeCom|DingTalk|QQ|Viber|Zulip|Rocket\\.Chat|Tlon|SMS|Email';
const DAYS = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const OWN = `${DAYS}|Web-?Chat|Control|CLI|TUI|Gateway|Internal|System|Subagent|Retry|Queued|OpenClaw|cron|heartbeat|media`;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

const MARKS: readonly RegExp[] = [
  // Envelopes: `[Telegram Alice id:77 2026-01-05T10:00Z] hi`. Not at the beginning, the text may only mention a messenger.
  new RegExp(`^\\[(?:${MESSENGERS}) [^\\]\\n]{1,300}\\]`, 'i'),
  new RegExp(`^\\[(?:${MESSENGERS}) (?=[^\\]\\n]{0,280}(?:\\d{4}-\\d\\d-\\d\\d|\\bid:|\\+\\d|[#@]\\w))[^\\]\\n]{1,300}\\]`, 'im'),
  new RegExp(`^\\[(?!(?:${OWN})\\b)\\p{L}[^\\]\\n]{0,300}? \\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d[^\\]\\n]{0,40}\\]`, 'iu'),
  /^\[(?:Chat messages since your last reply|Current message|Replying to|Thread starter|Thread history|Forwarded from)\b[^\]\n]{0,300}\]/im,
  // Messages of the web chat also have ids of this form.
  new RegExp(`^\\[message_id: (?!${UUID}\\])[^\\]\\n]{1,300}\\]`, 'im'),
  /^\[from: [^\]\n]{1,300}\]/im,
  /^System(?: \(untrusted\))?: \[[^\]\n]{1,60}\] \p{L}[\p{L}\d .]{0,40} (?:DM|message|mention|reply)\b[^\n:]{0,120} from /mu,
  /^(?:Replied message|Forwarded message context|Thread starter|Thread history|Chat history since last reply) \(untrusted[^)\n]{0,40}\):$/m,
];

/** Whether a user line shows that it came from a chat. */
export function hasChatMarks(text: string): boolean {
  return MARKS.some((mark) => mark.test(text));
}
