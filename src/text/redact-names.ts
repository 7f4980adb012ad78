// Decides from a name what its value is: `API_KEY` names a secret, `max_tokens` a number, `password_file` a path.

/** `strong`: any value is a secret; `weak`: one that looks random; `key`: one that looks like key material. */
export type NameKind = 'strong' | 'weak' | 'key';

/** A name that announces a secret contains one of these. */
export const NAME_STEMS: readonly string[] =
  'pass pwd pw psw psk secret token key cred auth cookie jwt bearer dsn connection mnemonic webhook otp seed pat sas pin nsec wif dek kek'.split(
    ' ',
  );

/** Names with these ends describe a secret, but do not contain one. */
const DESCRIPTION =
  /_(?:files?|paths?|dirs?|url|uri|endpoint|host|names?|types?|kind|ttl|expir\w*|expires_in|expires_at|timeout|length|len|counts?|limits?|size|policy|policies|fields?|hint|prompts?|labels?|placeholders?|required|enabled|disabled|valid|validator|version|algorithm|alg|store|manager|provider|reset|change|budget|usage|used|window|rate|ids?|arn|ref|refs|stdin|input|strength|min|max|index|bytes|format|schema|env|var|variable|source|mode|method|scopes?|status|state|error|errors|page|form|screen|view|button|icon|test|tests|spec|module|class|helper|service|handler|middleware|controller|router|factory|map|list|set|scanning|scanner|rotation|generator|cache|title|message|text|description|help|tooltip|digest|checksum|fingerprint|issuer|audience|fd|args?)$/;

/** Tokens that are counted or that mark places in a text. */
const COUNTED =
  /(?:^|_)(?:max|min|num|n|no|total|input|output|prompt|completion|reasoning|thinking|cached?|context|eos|bos|pad|unk|sep|cls|mask|special|stop|start|end|first|last|next|prev|previous|new|used|remaining|available|estimated|average|avg|per|text|word|sub|lookahead|current|unexpected|expected)_(?:\w+_)?tokens?(?:_|$)/;

const HARMLESS_KEY =
  /(?:^|_)(?:public|pub|primary|foreign|sort|partition|row|range|hash|cache|session|dedupe|idempotency|group|index|map|object|react|sub|parent|child|composite|unique|natural|surrogate|lookup|translation|i18n|message|issue|project|config|any|arrow|hot|shortcut|function|fn|menu|modifier|meta|alt|ctrl|shift|enter|escape|tab|prop|item|node|list|query|storage|routing|ordering|event|content|file|path|s3|target|registry|reg|tuning|conversation|thread|channel|locale|recv|receive|search|locate|send|refresh|list|trusted|known|authorized|pubkey|allowed)_keys?$/;

/** Keys of services whose names end like harmless ones. */
const SECRET_KEY_ALL_THE_SAME =
  /(?:azure|blob|account)_storage_key$|(?:speech|text)_translation_key$|web_?pub_?sub_key$|(?:insights|search)_query_key$/;

const STRONG =
  /passw(?:or)?d|passphrase|passcode|passwort|(?:^|_)(?:pwd|pw|pass|psw|psk)\d?(?:_|$)|\w(?:pwd|passwd)$|(?:ssh|db|my|user|admin|root|sudo|ftp|smtp|imap|mail|redis|pg|mysql|key|store|http|proxy)_?pass$|(?:^|_)secrets?(?:_|$)|clientsecret|appsecret|secretkey|secretaccesskey|storepass|keypass|(?:api|secret|access|private)_?keys?$|(?:^|_)(?:api|access|private|auth|encrypt|encryption|sign|signing|signature|master|account|service|deploy|deployment|license|licence|ssh|gpg|pgp|shared|subscription|webhook|app|admin|root|hmac|jwt|sas|storage|storage_account|ingest|write|server|service_role|bot|publishable|restricted|functions?|host|sdk|fernet|cosmos|cosmos_db|cosmosdb|fal|portainer|integration|consumer|session_signing|cookie|data|decryption|aes|des|rsa|ec|cipher|token|security|client|customer|vendor|partner|live|prod|production|test|sandbox|staging|dev|user|developer|dashboard|ca|tls|ssl|wireguard|preshared|wg|nostr|wallet|algolia|sendgrid|mailgun|stripe|openai|anthropic|gemini|groq|mistral|cohere|deepgram|azure|openssl|rollbar|datadog|dd|newrelic|new_relic)_?keys?(?:_\d|_base64|_b64|_pem|_value|_data)?$|(?:^|_)(?:auth|access|refresh|id|bot|api|csrf|xsrf|session|bearer|personal|deploy|service|user|app|client|device|push|verify|verification|reset|invite|install|github|gitlab|gh|npm|slack|discord|telegram|mattermost|mm|hf|vault|jwt|admin|gateway|bridge|oauth|sso|private|security|registry|upload|write|read|publish|release|root|management|management_api|master|account|integration|webhook|runner|registration|agent)_?tokens?(?:_\d|_value|_secret)?$|connection_?string|mnemonic|seed_?(?:phrase|words)|authtoken|(?:^|_)pat(?:_\d)?$|(?:^|_)key_long_lived$|(?:^|_)nsec$|(?:^|_)wif$|_key_data$/;

const WEAK =
  /(?:^|_)tokens?(?:_value|_\d)?$|\w_?token$|(?:^|_)auth$|(?:^|_)oauth\d?$|credentials?$|(?:^|_)creds?$|cookies?$|(?:^|_)jwt$|(?:^|_)bearer$|(?:^|_)dsn$|(?:^|_)(?:otp|pin|passcode)$|webhook$|(?:^|_)keys$|(?:^|_)(?:o?auth|authori[sz]ation)_code$|(?:^|_)(?:seed|kek|dek)$/;

const MAX_KNOWN = 4_096; // names repeat; a flood of new ones only clears the cache
const known = new Map<string, NameKind | undefined>();

/** What kind of value an identifier announces, if any. Camel case, dots, dashes, spaces and underscores are all the same. */
export function nameKind(identifier: string): NameKind | undefined {
  if (known.has(identifier)) return known.get(identifier);
  if (known.size >= MAX_KNOWN) known.clear();
  const kind = kindOf(snakeCase(identifier.slice(-96)));
  known.set(identifier, kind);
  return kind;
}

function kindOf(name: string): NameKind | undefined {
  if (COUNTED.test(name) || (DESCRIPTION.test(name) && !/(?:secret|role|key)_id$/.test(name))) return undefined;
  if (SECRET_KEY_ALL_THE_SAME.test(name)) return 'strong';
  if (HARMLESS_KEY.test(name)) return undefined;
  if (STRONG.test(name)) return 'strong';
  if (WEAK.test(name)) return 'weak';
  return /(?:^|_)keys?$/.test(name) ? 'key' : undefined;
}

function snakeCase(identifier: string): string {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[.$\s:/-]+/g, '_')
    .toLowerCase()
    .replace(/^_+|_+$/g, '');
}
