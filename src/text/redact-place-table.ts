// Places that contain a secret: headers, addresses, SQL, standard input, output of commands. Data: one pattern each, with the words
// without which a text needs no search.

import { isReadable, isStandIn, looksChosen, looksRandom } from './redact-values.ts';

/** Whether a line break may lie inside: yes, because what follows proves it; no; or only before random characters. */
export type Wrap = 'certain' | 'never' | 'random';

export interface Place {
  /** The pattern is tried only in texts with one of these, lower case. */
  anchors: readonly string[];
  /** The first group is what stands before the secret, the second the secret. Every quantifier is bounded: the search stays linear. */
  pattern: RegExp;
  isSecret: (value: string, before: string) => boolean;
  /** Only a text of several lines can match. */
  isMultiline?: true;
}

const isAny = (value: string) => !isStandIn(value);
const isChosen = (value: string) => looksChosen(value) && !isStandIn(value);
const isLongRandom = (value: string) => looksRandom(value, 16) && !isReadable(value);

/** Places that may be wrapped: we search the text without its line breaks, in which no word has a border. */
export const IN_JOINED_TEXT: (Place & { wrap: Wrap })[] = [
  // scheme://user:password@host; a port before a path with an @ is no password
  {
    anchors: ['://'],
    pattern: /(:\/\/[^\s/:@"'`<>]{0,256}:)((?!\d{1,5}\/)(?:[^\s"'`<>/]{1,512}|[^\s"'`<>@]{1,160}))(?=@)/g,
    isSecret: isAny,
    wrap: 'certain',
  },
  // scheme://token@host
  { anchors: ['://'], pattern: /(:\/\/)([A-Za-z0-9_~.-]{16,256})(?=@)/g, isSecret: hasDigitAndLetter, wrap: 'never' },
  {
    anchors: ['bearer'],
    pattern: /(bearer(?:[ \t]{1,4}|%20|\+)["'`]?)([A-Za-z0-9._~+/=-]{12,4096})/gi,
    isSecret: (value) => hasDigit(value) || (value.length >= 20 && /[a-z][A-Z]/.test(value)),
    wrap: 'random',
  },
  // Signatures that are the whole permission of an address, and what a sign-in hands over in one
  {
    anchors: [
      'sig=',
      'sig%3d',
      'signature',
      'x-amz-',
      'x-goog-',
      'accessid',
      'awsaccesskeyid',
      '?code=',
      '&code=',
      'assertion=',
      'samlresponse',
    ],
    pattern:
      /((?:[?&;]|&amp;|%26)(?:sig|signature|x-amz-(?:signature|security-token)|x-goog-signature|googleaccessid|awsaccesskeyid|code|assertion|samlresponse)(?:=|%3D))([^\s&"'`<>;]{8,4096})/gi,
    isSecret: (value, before) => !isStandIn(value) && (!/code/i.test(before) || isLongRandom(value)),
    wrap: 'random',
  },
  // The secret half of an AWS key pair beside the public one
  {
    anchors: ['akia', 'asia'],
    pattern: /((?:AKIA|ASIA)[A-Z0-9]{16}["'`]?[\s,:;|/=>-]{1,6}(?:[\w ]{0,40}[:=][ ]{0,2})?["'`]?)([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/g,
    isSecret: isAny,
    wrap: 'certain',
  },
];

/** Programs that read a secret from their standard input. */
const SINK =
  '(?:sudo\\s[^|\\n]{0,40}-S|(?:docker|podman|helm|gh|oc|az|glab|crane|skopeo|nerdctl|buildah|npm|hf|huggingface-cli)\\s[^|\\n]{0,80}(?:--password-stdin|--with-token|--stdin|login)|(?:sudo\\s{1,4})?(?:ch)?passwd|(?:sudo\\s{1,4})?chpasswd|kinit|(?:sudo\\s{1,4})?cryptsetup|su\\s|gpg2?\\s[^|\\n]{0,80}--passphrase-fd|gcloud\\s{1,4}secrets|wrangler\\s[^|\\n]{0,40}secret|fly(?:ctl)?\\s{1,4}secrets|gh\\s{1,4}(?:secret|auth)|vault\\s{1,4}(?:write|kv|login)|(?:docker|podman)\\s{1,4}secret|vercel\\s{1,4}env|netlify|cargo\\s{1,4}login|smbpasswd|htpasswd\\s[^|\\n]{0,20}-i|openssl\\s[^|\\n]{0,80}stdin|op\\s|pass\\s{1,4}insert|secret-tool\\s{1,4}store|ssh-add|keytool|kubeseal|sops|age\\b|systemd-creds|aws\\s[^|\\n]{0,60}secret|nmcli|wpa_passphrase|mysql\\w{0,10}|sshpass|rclone\\s{1,4}obscure)';

/** Commands whose output is a secret. */
const PRINTER =
  '(?:cat|head|tail|less|bat|type|more)\\s[^\\n|]{0,120}(?:secrets?[/._-]|password|passwd|token|credential|\\.key\\b|master\\.key|\\.pass\\b|api[_-]?key|id_rsa|id_ed25519)[^\\n|]{0,60}|(?:echo|printenv|printf)\\s[^\\n|]{0,40}(?:TOKEN|SECRET|PASSW(?:OR)?D|PASS\\b|KEY|PAT\\b|CREDENTIAL|token|secret|passw(?:or)?d|api_?key)[^\\n|]{0,20}|openssl\\s{1,4}rand[^\\n|]{0,60}|(?:pass|gopass)\\s{1,4}(?:show\\s{1,4})?[\\w./-]{1,80}|secret-tool\\s{1,4}lookup[^\\n|]{0,80}|security\\s{1,4}find-[^\\n|]{0,120}|op\\s{1,4}(?:read|item\\s{1,4}get)[^\\n|]{0,120}|vault\\s{1,4}(?:kv\\s{1,4}get|read|token)[^\\n|]{0,120}|gh\\s{1,4}auth\\s{1,4}token|gcloud\\s{1,4}auth\\s[^\\n|]{0,60}|gcloud\\s{1,4}secrets\\s[^\\n|]{0,120}access[^\\n|]{0,60}|aws\\s[^\\n|]{0,60}(?:get-login-password|get-secret-value|get-session-token)[^\\n|]{0,120}|az\\s[^\\n|]{0,60}(?:get-access-token|secret\\s{1,4}show)[^\\n|]{0,120}|(?:lpass|bw|doppler|heroku|keyring|infisical|chamber|pulumi|terraform|tofu|kubectl|oc|docker)\\s[^\\n]{0,120}(?:password|passwd|secret|token|key|config:get|base64\\s{1,4}(?:-d|-D|--decode))[^\\n]{0,80}|pwgen[^\\n|]{0,40}|apg\\b[^\\n|]{0,40}|(?:npx\\s|wg\\s)\\S{0,20}gen(?:key|psk|erate)[^\\n|]{0,40}|wg\\s{1,4}(?:genkey|genpsk)';

/** Looked for in the text without explicit line breaks. */
export const IN_LINES: Place[] = [
  {
    anchors: ['authorization', 'authorisation'],
    pattern:
      /(authori[sz]ation\\{0,3}["'`]?\s{0,4}(?::|=>|=|,)\s{0,4}\\{0,3}["'`]?(?:bearer|basic|token|negotiate|ntlm|api-?key|key|splunk|sso-key|bot|hmac|oauth|jwt|pat|geniekey|[A-Za-z][\w-]{2,24})\s{1,4}\\?\s{0,16})([^\s"'`\\]{4,8192}(?:\\?\n[ \t]{0,40}[A-Za-z0-9+/=_.~-]{1,4096}(?=["'`]))?)/gi,
    isSecret: (value, before) =>
      !isStandIn(value) &&
      !/^[a-z]{1,12}[.,;:]?$/.test(value) &&
      (/(?:bearer|basic|token|negotiate|key|bot|jwt|pat)\s+\\?\s*$/i.test(before) || looksRandom(value, 8)),
  },
  {
    anchors: ['authorization'],
    pattern:
      /(authorization\\{0,3}["'`]?\s{0,4}(?::|=>|=|,)\s{0,4}\\{0,3}["'`]?)((?:digest|aws4-hmac-sha256|hawk|mac|signature|oauth)\s[^\n]{8,4096})/gi,
    isSecret: () => true,
  },
  {
    anchors: ['authorization'],
    pattern: /(authorization\\{0,3}["'`]?\s{0,4}(?::|=>|=)\s{0,4}\\{0,3}["'`]?)([^\s"'`\\]{8,8192})/gi,
    isSecret: (value) => !isStandIn(value) && hasDigitAndLetter(value) && !/[([]/.test(value),
  },
  {
    anchors: ['cookie'],
    pattern: /(\b(?:set-)?cookie\\{0,3}["'`]?\s{0,2}:\s{0,4}\\{0,3}["'`]?)([^\n"'`\\]{6,8192})/gi,
    isSecret: isCookie,
  },
  // .netrc, .pgpass, connection strings of old drivers
  { anchors: ['login'], pattern: /(\blogin\s{1,8}[^\s]{1,128}\s{1,8}password\s{1,8})([^\s]{1,256})/g, isSecret: isAny },
  {
    anchors: [':5432:', ':5433:', ':6432:', ':3306:', ':1433:', ':1521:', ':27017:', ':6379:', ':*:'],
    pattern: /((?:^|\n)[\w.*-]{1,128}:(?:\d{2,5}|\*):[^:\s]{1,128}:[^:\s]{1,128}:)([^\s:]{3,128})(?=\n|$)/g,
    isSecret: isAny,
  },
  // SQL
  {
    anchors: ['identified'],
    pattern:
      /(\bidentified\s{1,8}(?:with\s{1,8}\S{1,60}\s{1,8})?(?:by|as)\s{1,8}(?:password\s{1,8})?)('[^'\n]{1,256}'?|"[^"\n]{1,256}"?|[^\s;'"]{3,128})/gi,
    isSecret: (value, before) =>
      !isStandIn(value) && (/^['"]/.test(value) || (before.startsWith('IDENTIFIED') && !/^(?:RANDOM|PASSWORD|VALUES)$/.test(value))),
  },
  {
    anchors: ['set password'],
    pattern:
      /(\bset\s{1,8}password\s{1,8}(?:for\s{1,8}[^\s=]{1,128}\s{0,8})?(?:=|to)\s{0,8}(?:password\s{0,4}\(\s{0,4})?)(N?'[^'\n]{1,256}'?|"[^"\n]{1,256}"?)/gi,
    isSecret: isAny,
  },
  {
    anchors: ['crypt(', "password('", "password ('", "password n'", "by n'"],
    pattern:
      /(\b(?:password|old_password|passphrase|crypt|pgp_sym_(?:en|de)crypt|secret)\s{0,4}(?:=\s{0,4}|\(\s{0,4}|by\s{1,4})?N?)('[^'\n]{3,256}'|'[^'\n]{3,256}$)/gi,
    isSecret: (value, before) => isAny(value.slice(1)) && (/^PASSWORD\s+N?$/.test(before) || looksRandom(value.slice(1, -1), 6)),
  },
  // Pairs of user and password in a call, and in a sentence
  {
    anchors: ['auth=(', 'auth(', 'auth =', 'credential(', 'credentials(', 'login(', 'connect('],
    pattern:
      /((?:basic_?auth|auth|credentials?|login|connect)\w{0,12}\s{0,4}[=(]{1,2}\s{0,4}\(?\s{0,4}["'][^"'\s]{1,64}["']\s{0,4},\s{0,4}["'])([^"'\s]{4,128})(?=["'])/gi,
    isSecret: (value) => !isStandIn(value) && (looksRandom(value, 6) || /^[a-z]{8,}$/.test(value)),
  },
  {
    anchors: ['login', 'log in', 'logged in', 'sign in', 'credentials', 'anmeldung', 'zugangsdaten', 'identifiants', 'user:', 'username:'],
    pattern:
      /(\b(?:log(?:ged)?[ -]?in|sign[ -]?in|credentials?|user(?:name)?|anmeldung|zugangsdaten|identifiants)\b[^\n/]{0,40}?[ (:"'`][\w.@-]{2,40}["'`]?[ \t]{0,2}\/[ \t]{0,2}["'`]?)([^\s"'`/]{6,128})/gi,
    isSecret: isChosen,
  },
  // user:password
  {
    anchors: [
      'admin:',
      'root:',
      'user:',
      'administrator:',
      'test:',
      'guest:',
      'postgres:',
      'sa:',
      'app:',
      'demo:',
      'elastic:',
      'grafana:',
      'deploy:',
      'bob:',
      'alice:',
      'username:',
      'ubuntu:',
      'pi:',
      'sip:',
      'sips:',
    ],
    pattern: /((?:^|[\s"'`(=])(?:sips?:)?[A-Za-z][\w.-]{0,31}:)([^\s"'`:/@,]{6,128})(?=[\s"'`).,;]|@[\w.-]|$)/g,
    isSecret: (value, before) =>
      !isStandIn(value) && (looksChosen(value) || (looksRandom(value, 6) && /sip:|[!#$%^&*]/.test(before + value))),
  },
  {
    anchors: ['sip:', 'sips:', 'admin:', 'root:', 'user:', 'postgres:', 'elastic:'],
    pattern: /((?:^|[\s"'`(=])(?:sips?:)?[A-Za-z][\w.-]{0,31}:)([^\s"'`:/@]{6,128})(?=@[A-Za-z0-9][\w.-]{0,100}(?::\d|\b))/g,
    isSecret: (value) => !isStandIn(value) && hasDigitAndLetter(value) && !isReadable(value),
  },
  // Standard input: of a pipe, a here-string, a here-document
  {
    anchors: ['echo', 'printf'],
    pattern: new RegExp(
      `(\\b(?:echo|printf)\\s{1,4}(?:-\\w{1,3}\\s{1,4}){0,2}(?:["']?%s(?:\\\\n)?["']?\\s{1,4})?["']?)([^\\s"'|$][^"'|\\n]{0,255}?)(?=["']?\\s{0,4}\\|\\s{0,4}${SINK})`,
      'g',
    ),
    isSecret: (value) => !isStandIn(value) && !/\s\S+\s/.test(value),
  },
  {
    anchors: ['<<<'],
    pattern: new RegExp(`(\\b${SINK}[^\\n|<]{0,120}<<<[ \\t]{0,4}["']?)([^\\s"'$][^"'\\n]{2,255})`, 'g'),
    isSecret: isAny,
  },
  { anchors: ['<<<'], pattern: /(<<<[ \t]{0,4}["']?)([^\s"'$][^\s"'\n]{7,255})/g, isSecret: isChosen },
  {
    anchors: ['<<'],
    pattern: new RegExp(`(\\b${SINK}[^\\n|<]{0,120}<<-?[ \\t]{0,4}["']?\\w{1,20}["']?\\n)([^\\n]{3,255})(?=\\n)`, 'g'),
    isSecret: isAny,
  },
  // What a command printed
  {
    isMultiline: true,
    anchors:
      'secret password passwd token credential .key .pass api_key apikey api-key key pat openssl pass secret-tool find- op vault auth pwgen apg gen id_rsa id_ed25519'.split(
        ' ',
      ),
    pattern: new RegExp(
      `((?:^|\\n)[ \\t]{0,8}(?:[$#>%❯][ \\t]{1,4})?(?:sudo\\s{1,4})?(?:${PRINTER})\\n)([^\\s]{6,512})(?=\\s{0,4}(?:\\n|$))`,
      'g',
    ),
    isSecret: (value) => !isStandIn(value) && (looksChosen(value) || looksRandom(value, 8)) && !/^https?:|^[./~]/.test(value),
  },
  // Configurations of programs that expect a password alone
  {
    anchors: ['auth-user-pass', '<auth-user-pass>'],
    pattern: /(auth-user-pass>?\n[^\n]{1,64}\n)([^\n<]{3,128})/g,
    isSecret: isAny,
  },
  { anchors: ['private-lines'], pattern: /(Private-Lines: \d{1,4}\n)((?:[A-Za-z0-9+/=]{1,80}\n?){1,80})/g, isSecret: isAny },
  { anchors: ['private-mac'], pattern: /(Private-MAC: )([0-9a-f]{32,64})/g, isSecret: isAny },
  { anchors: [': psk', ': eap', ': xauth'], pattern: /(:\s{1,8}(?:PSK|EAP|XAUTH|NTLM)\s{1,8}")([^"\n]{3,256})/g, isSecret: isAny },
  // What a script types in
  { anchors: ['send '], pattern: /(\bsend(?:\s{1,4}--)?\s{1,4}\\?["'])([^"'\n\\]{4,128})(?=\\{1,2}[rn]\\?["'])/g, isSecret: isChosen },
  // Options that many programs give a password to
  {
    anchors: [' -p', ' -w ', ' -a ', ' /p:'],
    pattern: /((?:^|\s)(?:-(?:p|P|pw|pass|w|a)(?:[ \t]{1,4}|=)|\/p(?:ass(?:word)?)?:)["']?)([^\s"'-][^\s"']{7,127})/g,
    isSecret: isChosen,
  },
  // A secret that was spelled in groups
  {
    anchors: [
      'key is',
      'key:',
      'recovery code',
      'backup code',
      'verification code',
      'security code',
      'token is',
      'password is',
      'passphrase is',
      'secret is',
    ],
    pattern:
      /(\b(?:key|codes?|token|secret|pass(?:word|phrase|code)?)\b(?: (?:is|are|was))?[ \t:]{1,4}["'`]?)((?:[A-Za-z0-9]{4}[ -]){2,11}[A-Za-z0-9]{4}|(?:\d{4} \d{4}(?:, )?){2,12}|(?<=codes?[^\n]{1,12})\d{6,8})(?![A-Za-z0-9])/gi,
    isSecret: (value) => hasDigit(value) && !/^(?:[a-z]{4}[ -])+[a-z]{4}$/i.test(value),
  },
  // Kubernetes keeps its secrets in base64 under any name
  {
    isMultiline: true,
    anchors: ['kind: secret', 'kind: sealedsecret', 'kind":"secret', 'kind": "secret', 'kind: "secret'],
    pattern:
      /(\bkind["']?:\s{0,4}["']?(?:Sealed)?Secret\b[^]{0,600}?\b(?:data|stringData)["']?:\s{0,4}\{?\s{0,40})((?:(?!(?<=\n)(?:kind|apiVersion|metadata|type|data|stringData):)["']?[\w.-]{1,80}["']?:[ \t]{0,4}["']?[^\s"',}]{1,8192}["']?,?\s{0,40}){1,40})/g,
    isSecret: () => true,
  },
];

/** One with a random value, or a name that says what it is for. */
function isCookie(value: string): boolean {
  return value.split(';').some((part) => {
    const [, name = '', content = ''] = /^\s*([\w.%-]{1,128})=(\S{4,})$/.exec(part) ?? [];
    return !isStandIn(content) && content !== '' && (looksRandom(content, 8) || /sess|sid|token|auth|csrf|jwt|login/i.test(name));
  });
}

function hasDigit(value: string): boolean {
  return /[0-9]/.test(value);
}

function hasDigitAndLetter(value: string): boolean {
  return hasDigit(value) && /[A-Za-z]/.test(value);
}
