// What Mattermost does with text beside Markdown, as data: each pattern finds text that a client or the server would not just show.
// Where a client looks more closely, for instance whether a name exists, the pattern finds more. `web` and `app` rules apply to text
// outside of code spans, those of the web client to escaped HTML as there.

export interface TextRule {
  name: string;
  pattern: RegExp;
  /** Repository of github.com/mattermost and path. */
  source: string;
}

const WEB_TEXT = 'mattermost webapp/channels/src/utils/text_formatting.tsx';
const WEB_EMOTICONS = 'mattermost webapp/channels/src/utils/emoticons.tsx';

export const WEB_RULES: readonly TextRule[] = [
  { name: 'mention', pattern: /(?:\B|\b_+)@[a-z0-9._-]+/i, source: WEB_TEXT },
  { name: 'mention of all', pattern: /(?:\B|\b_+)@(?:channel|all|here)/i, source: 'mattermost webapp/channels/src/utils/constants.tsx' },
  { name: 'channel', pattern: /\B~[a-z0-9._-]+/i, source: WEB_TEXT },
  { name: 'mail', pattern: /[\p{L}\d._+-]@[\p{L}\d.-]+\.\p{L}{2}/u, source: WEB_TEXT },
  { name: 'hashtag', pattern: /(?:^|\W)#\p{L}/u, source: WEB_TEXT },
  { name: 'emoji name', pattern: /:[a-z0-9_+-]+:/i, source: WEB_EMOTICONS },
  { name: 'emoticon', pattern: /(?:^|\B)[:;]-?[()](?:$|\B)/, source: WEB_EMOTICONS },
  { name: 'emoticon', pattern: /(?:^|\B):-?(?:[\]/|$[@]|[`'’]-?\()(?:$|\B)/, source: WEB_EMOTICONS },
  { name: 'emoticon', pattern: /(?:^|\B):-?[odpsx](?:$|\b)/i, source: WEB_EMOTICONS },
  { name: 'emoticon', pattern: /(?:^|\B):&#(?:x27|39);\(/, source: WEB_EMOTICONS },
  { name: 'emoticon', pattern: /(?:^|\b)x-d(?:$|\b)/i, source: WEB_EMOTICONS },
  { name: 'emoticon', pattern: /(?:<|&lt;)\/?3(?:$|\b)/, source: WEB_EMOTICONS },
  { name: 'formula', pattern: /\$[^$\n]+\$(?!\w)/, source: 'marked lib/marked.js, inlinelatex' },
];

/**
 * What begins an address for the web client, wherever its lexer starts anew: at the beginning of a run of text, and where
 * `stopsAt` does. Any scheme counts here; a server names the schemes it links.
 */
export const WEB_ADDRESS = {
  begins: /^((?:[a-z][a-z\d.+-]*:(?:\/{1,3}|[\p{L}\d%])|www\d{0,3}\.|[\p{L}\d.-]+\.\p{L}{2,4}\/)\S*)/iu,
  stopsAt: /\b[a-z][a-z0-9.+-]{1,31}:|\bwww\d{0,3}\./,
  source: 'marked lib/marked.js, inline.gfm.url and inline.gfm.text; mattermost webapp/channels/src/utils/markdown/autolink.ts',
};

/** What a client rewrites before it parses anything. */
export const REWRITTEN: readonly { from: RegExp; to: string; source: string }[] = [
  { from: /\r\n|\r/g, to: '\n', source: 'marked lib/marked.js, Lexer.prototype.lex' },
  { from: /\t/g, to: '    ', source: 'marked lib/marked.js, Lexer.prototype.lex' },
  { from: /\u00a0/g, to: ' ', source: 'marked lib/marked.js, Lexer.prototype.lex' },
  { from: /\u2424/g, to: '\n', source: 'marked lib/marked.js, Lexer.prototype.lex' },
  { from: /\0/g, to: '\ufffd', source: 'commonmark.js lib/blocks.js, incorporateLine' },
];

/** How the server splits a text outside of code into what may be a name, a keyword or a mention. */
export const SERVER_WORDS = {
  between: /[^:.\-_@\p{L}\p{N}]+/u,
  trimmed: /^[:.\-_]+|[:.\-_]+$/g,
  inner: /[.\-:]/,
  source: 'mattermost server/channels/app/mention_parser_standard.go',
};
