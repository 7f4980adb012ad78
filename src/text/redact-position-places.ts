// Places where only the position shows a password: the first word of a line in a configuration, the third argument of a call, parts of an
// address that is not of the web.

import { isReadable, isStandIn, looksChosen, looksRandom } from './redact-values.ts';
import type { Place } from './redact-place-table.ts';

const isAny = (value: string) => !isStandIn(value);
const looksSecret = (value: string) => !isStandIn(value) && (looksChosen(value) || (looksRandom(value, 8) && !isReadable(value)));
/** A word that somebody types into a password field, or that looks like a secret. */
const isTyped = (value: string, before: string) => !isStandIn(value) && (/passw/i.test(before) || looksSecret(value));

export const POSITION_PLACES: readonly Place[] = [
  { anchors: ['jdbc:oracle:'], pattern: /(jdbc:oracle:[a-z]{1,8}:[^\s/@"']{1,64}\/)([^\s@"']{1,128})(?=@)/gi, isSecret: isAny },
  // Addresses of Go's drivers
  {
    anchors: ['@tcp(', '@unix(', '@udp('],
    pattern: /([\w.-]{1,64}:)([^\s:@"'/]{1,128})(?=@(?:tcp|unix|udp)\()/g,
    isSecret: isAny,
  },
  // Redis, OpenLDAP, Kickstart, network devices: the word that begins the line says what follows
  {
    anchors: ['requirepass', 'masterauth', 'rootpw', 'bindpw', 'auth_pass', 'enable secret', 'enable password', 'snmp-server community'],
    pattern:
      /((?:^|\n)[ \t]{0,16}(?:requirepass|masterauth|(?:olc)?rootpw|bindpw|auth_pass|enable (?:secret|password)|snmp-server community)(?: \d)?[ \t]{1,16}(?:--plaintext |--iscrypted )?["']?)([^\s"']{3,256})/gi,
    isSecret: isAny,
  },
  {
    anchors: ['tacacs-server', 'radius-server', 'neighbor ', 'username '],
    pattern:
      /((?:^|\n)[ \t]{0,16}(?:(?:tacacs|radius)-server [^\n]{0,80}?\bkey|neighbor \S{1,64} password|username \S{1,64} (?:privilege \d{1,2} )?(?:password|secret))(?: \d)?[ \t]{1,16})(\S{3,256})/gi,
    isSecret: isAny,
  },
  // What a shell hands over as a file
  {
    anchors: ['<(echo', '<(printf'],
    pattern: /(<\((?:echo|printf)\s{1,4}(?:-n\s{1,4})?["']?)([^\s"')$\\]{4,256})(?=["']?\s{0,4}\))/g,
    isSecret: looksSecret,
  },
  { anchors: ['open -u'], pattern: /(\bopen\s{1,4}-u\s{1,4}[\w.@-]{1,64},)([^\s"';]{3,256})/g, isSecret: isAny },
  // Host, user, password
  {
    anchors: ['mysql_connect(', 'mysqli(', 'mysqli_connect(', 'pdo(', 'getconnection(', 'pg_connect('],
    pattern:
      /(\b(?:mysqli?(?:_p?connect)?|PDO|getConnection)\(\s{0,4}(?:["'][^"'\n]{0,200}["']|[\w.$]{1,64})\s{0,4},\s{0,4}["'][^"'\n]{1,64}["']\s{0,4},\s{0,4}["'])([^"'\n]{1,256})(?=["'])/g,
    isSecret: isAny,
  },
  {
    anchors: ['connect('],
    pattern: /(\bconnect\(\s{0,4}["'][^"'\n]{0,200}["']\s{0,4},\s{0,4}["'][^"'\n]{1,64}["']\s{0,4},\s{0,4}["'])([^"'\s]{6,256})(?=["'])/gi,
    isSecret: looksSecret,
  },
  // What is hashed, signed or encrypted with
  {
    anchors: 'jwt. hmac.new( createhmac( cipher bcrypt. argon2. cookieparser( stripe( pbkdf2 create_user( create_superuser('.split(' '),
    pattern:
      /(\b(?:jwt\.(?:sign|encode|verify|decode)\([^\n"']{0,80},\s{0,4}|hmac\.new\(\s?|createHmac\(["'][^"'\n]{1,20}["'],\s?|create(?:De)?[Cc]ipher(?:iv)?\(["'][^"'\n]{1,30}["'],\s?|(?:bcrypt|argon2)\.\w{4,12}\(\s?|cookieParser\(|Stripe\(|pbkdf2\w{0,8}\(\s?|create_(?:super)?user\((?:\s?["'][^"'\n]{1,80}["']\s?,){1,2}\s?)b?["'])([^"'\s]{6,256})(?=["'])/g,
    isSecret: isAny,
  },
  // What somebody types into a field whose name shows its meaning
  {
    anchors: ['fill(', 'type(', 'setvalue('],
    pattern:
      /(\b(?:fill|type|setValue)\(\s?["'][^"'\n]{0,80}(?:passw|token|secret|api[-_]?key)[^"'\n]{0,40}["']\s?,\s?["'])([^"'\n]{6,256})(?=["'])/gi,
    isSecret: isTyped,
  },
  {
    anchors: ['.fill(', '.type(', '.setvalue(', '.send_keys(', '.sendkeys(', '.presssequentially(', '.value'],
    pattern:
      /((?:passw|token|secret|api[-_]?key)[^\n"']{0,40}["'][)\]]{1,3}\.(?:(?:fill|type|setValue|send_?keys|pressSequentially)\(|value\s{0,2}=)\s{0,2}["'])([^"'\n]{6,256})(?=["'])/gi,
    isSecret: isTyped,
  },
  {
    anchors: ['"type":"password"', '"type": "password"', '"type":"secret"', '"type": "secret"'],
    pattern: /("value"\s?:\s?")([^"\n]{3,256})(?="\s?,\s?"type"\s?:\s?"(?:password|secret)")/g,
    isSecret: isAny,
  },
  // Lines of protocols: Redis, IMAP, POP3, SMTP
  {
    anchors: ['auth ', 'pass ', 'login ', 'config set '],
    pattern:
      /((?:^|\n)[ \t>]{0,8}(?:[A-Za-z]\d{1,4} )?(?:AUTH(?: default| PLAIN| LOGIN)?|PASS|LOGIN \S{1,80}|CONFIG SET (?:requirepass|masterauth)) ["']?)([^\s"']{4,256})(?=["']?[ \t]{0,8}(?:\n|$))/g,
    isSecret: (value) => looksSecret(value) && !/\.\w{1,5}$/.test(value),
  },
  { anchors: ['acl setuser'], pattern: /(\bACL SETUSER \S{1,64}[^\n>]{0,40} >)(\S{3,256})/gi, isSecret: isAny },
  {
    anchors: ['admin', 'root'],
    pattern: /(\b(?:admin(?:istrator)?|root)["'`]? {1,2}\/ {1,2}["'`]?)([^\s"'`/]{6,128})/g,
    isSecret: (value) => looksChosen(value) && !isStandIn(value),
  },
];
