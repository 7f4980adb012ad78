// What a name says about its value: `API_KEY` names a secret, `max_tokens` a number, `password_file` a path.

/** `strong`: any value is a secret; `weak`: one that looks random; `key`: one that looks like key material. */
export type NameKind = 'strong' | 'weak' | 'key';

/** Most identifiers are none of our business; this tells them apart fast. */
const CANDIDATE = /pass|pwd|pw|secret|token|key|cred|auth|cookie|jwt|bearer|dsn|connection|mnemonic|webhook|otp|seed/i;

/** Names that end like this describe a secret and are none. */
const DESCRIPTION =
  /_(?:files?|paths?|dirs?|url|uri|endpoint|host|names?|types?|kind|ttl|expir\w*|expires_in|expires_at|timeout|length|len|counts?|limits?|size|policy|policies|fields?|hint|prompts?|labels?|placeholders?|required|enabled|disabled|valid|validator|version|algorithm|alg|store|manager|provider|reset|change|budget|usage|used|window|rate|ids?|arn|ref|refs|stdin|input|strength|min|max|index|bytes|format|schema|env|var|variable|source|mode|method|scopes?|status|state|error|errors|page|form|screen|view|button|icon|test|tests|spec|module|class|helper|service|handler|middleware|controller|router|factory|map|list|set|scanning|scanner|rotation|generator|cache)$/;

/** Tokens that are counted or that mark places in a text. */
const COUNTED =
  /(?:^|_)(?:max|min|num|n|no|total|input|output|prompt|completion|reasoning|thinking|cached?|context|eos|bos|pad|unk|sep|cls|mask|special|stop|start|end|first|last|next|prev|previous|new|used|remaining|available|estimated|average|avg|per|text|word|sub|lookahead|current|unexpected|expected)_(?:\w+_)?tokens?(?:_|$)/;

const HARMLESS_KEY =
  /(?:^|_)(?:public|pub|primary|foreign|sort|partition|row|range|hash|cache|session|dedupe|idempotency|group|index|map|object|react|sub|parent|child|composite|unique|natural|surrogate|lookup|translation|i18n|message|issue|project|config|any|arrow|hot|shortcut|function|fn|menu|modifier|meta|alt|ctrl|shift|enter|escape|tab|prop|item|node|list|query|storage|routing|ordering|event|content|file|path|s3)_keys?$/;

const STRONG =
  /passw(?:or)?d|passphrase|passcode|(?:^|_)(?:pwd|pw|pass|psw)\d?(?:_|$)|(?:^|_)secrets?(?:_|$)|clientsecret|appsecret|secretkey|secretaccesskey|(?:api|access|private|auth|encrypt|encryption|sign|signing|master|account|service|deploy|license|ssh|gpg|pgp|shared|subscription|webhook|app|admin|root|hmac|jwt|sas|storage_account|ingest|write|server|service_role|bot|publishable|restricted|functions?|host)_?keys?(?:_\d|_base64|_b64|_pem|_value)?$|(?:auth|access|refresh|id|bot|api|csrf|xsrf|session|bearer|personal|deploy|service|user|app|client|device|push|verify|verification|reset|invite|install|github|gitlab|gh|npm|slack|discord|telegram|mattermost|mm|hf|vault|jwt|admin|gateway|bridge|oauth|sso|private|security)_?tokens?(?:_\d|_value)?$|connection_?string|mnemonic|seed_?phrase|authtoken/;

const WEAK =
  /(?:^|_)token(?:_value|_\d)?$|\w_token$|(?:^|_)auth$|credentials?$|(?:^|_)creds?$|cookie$|(?:^|_)jwt$|(?:^|_)bearer$|(?:^|_)dsn$|(?:^|_)otp$|webhook$/;

/** What kind of value an identifier announces, if any. Camel case, dots, dashes and underscores are all the same. */
export function nameKind(identifier: string): NameKind | undefined {
  if (!CANDIDATE.test(identifier)) return undefined;
  const name = identifier
    .slice(-96)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[.$-]+/g, '_')
    .toLowerCase()
    .replace(/^_+|_+$/g, '');
  if (COUNTED.test(name) || (DESCRIPTION.test(name) && !/(?:secret|role)_id$/.test(name))) return undefined;
  if (HARMLESS_KEY.test(name)) return undefined;
  if (STRONG.test(name)) return 'strong';
  if (WEAK.test(name)) return 'weak';
  return name.endsWith('_key') ? 'key' : undefined;
}
