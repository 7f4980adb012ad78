// Secrets of every known shape, put together at run time, so that no file of the repository contains one.

/** A repeatable source of random characters. */
export function createDice(seed: number): { pick(chars: string, count: number): string; below(limit: number): number } {
  let state = seed >>> 0 || 1;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, pick: (chars, count) => Array.from({ length: count }, () => chars.charAt(below(chars.length))).join('') };
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';
const ALNUM = UPPER + LOWER + DIGITS;
const WORD = `${ALNUM}_-`;
const HEX = '0123456789abcdef';
const BASE32 = `${UPPER}234567`;
const BASE64 = `${ALNUM}+/`;
const JWT = ['ey', 'J'].join('');

export type Dice = ReturnType<typeof createDice>;

/** One secret in the words around it. `secret` is what must not be readable any more. */
export interface Sample {
  text: string;
  secret: string;
}

type Build = (dice: Dice) => string;

/** Keys that are known by their first characters: found anywhere, also wrapped and cut off. */
export const KEY_SHAPES: Record<string, Build> = {
  'OpenAI project key': (d) => ['sk', 'proj', d.pick(WORD, 74), ['T3', 'Blbk', 'FJ'].join(''), d.pick(WORD, 74)].join('-'),
  'OpenAI service account key': (d) => ['sk', 'svcacct', d.pick(WORD, 90)].join('-'),
  'OpenAI legacy key': (d) => ['sk', d.pick(ALNUM, 48)].join('-'),
  'Anthropic key': (d) => ['sk', 'ant', 'api03', `${d.pick(WORD, 93)}AA`].join('-'),
  'Anthropic OAuth token': (d) => ['sk', 'ant', 'oat01', `${d.pick(WORD, 93)}AA`].join('-'),
  'OpenRouter key': (d) => ['sk', 'or', 'v1', d.pick(HEX, 64)].join('-'),
  'GitHub personal token': (d) => ['ghp', d.pick(ALNUM, 36)].join('_'),
  'GitHub OAuth token': (d) => ['gho', d.pick(ALNUM, 36)].join('_'),
  'GitHub server token': (d) => ['ghs', d.pick(ALNUM, 36)].join('_'),
  'GitHub fine-grained token': (d) => ['github', 'pat', d.pick(ALNUM, 22), d.pick(ALNUM, 59)].join('_'),
  'GitLab personal token': (d) => ['glpat', d.pick(WORD, 20)].join('-'),
  'GitLab deploy token': (d) => ['gldt', d.pick(WORD, 20)].join('-'),
  'AWS access key id': (d) => ['AK', 'IA', d.pick(BASE32, 16)].join(''),
  'AWS temporary key id': (d) => ['AS', 'IA', d.pick(BASE32, 16)].join(''),
  'Google API key': (d) => ['AI', 'za', d.pick(WORD, 35)].join(''),
  'Google OAuth token': (d) => ['ya29', d.pick(WORD, 120)].join('.'),
  'Google client secret': (d) => ['GOC', 'SPX-', d.pick(WORD, 28)].join(''),
  'Slack bot token': (d) => ['xoxb', d.pick(DIGITS, 12), d.pick(DIGITS, 13), d.pick(ALNUM, 24)].join('-'),
  'Slack user token': (d) => ['xoxp', d.pick(DIGITS, 12), d.pick(DIGITS, 12), d.pick(DIGITS, 13), d.pick(HEX, 32)].join('-'),
  'Slack app token': (d) => ['xapp', '1', `A0${d.pick(BASE32, 9)}`, d.pick(DIGITS, 13), d.pick(HEX, 64)].join('-'),
  'Stripe live key': (d) => ['sk', 'live', d.pick(ALNUM, 24)].join('_'),
  'Stripe restricted key': (d) => ['rk', 'live', d.pick(ALNUM, 99)].join('_'),
  'Stripe webhook secret': (d) => ['whsec', d.pick(ALNUM, 32)].join('_'),
  'Twilio key': (d) => ['S', 'K', d.pick(HEX, 32)].join(''),
  'SendGrid key': (d) => ['SG', d.pick(WORD, 22), d.pick(WORD, 43)].join('.'),
  'npm token': (d) => ['npm', d.pick(ALNUM, 36)].join('_'),
  'PyPI token': (d) => ['pypi-AgE', 'IcHlwaS5vcmc', d.pick(WORD, 90)].join(''),
  'Hugging Face token': (d) => ['hf', d.pick(UPPER + LOWER, 34)].join('_'),
  'DigitalOcean token': (d) => ['dop', 'v1', d.pick(HEX, 64)].join('_'),
  'Telegram bot token': (d) => [d.pick('123456789', 10), `AA${d.pick(WORD, 33)}`].join(':'),
  'Discord bot token': (d) => [`M${d.pick(ALNUM, 25)}`, d.pick(WORD, 6), d.pick(WORD, 38)].join('.'),
  'JSON web token': (d) => [`${JWT}hbGciOiJIUzI1NiJ9`, `${JWT}${d.pick(ALNUM, 60)}`, d.pick(WORD, 43)].join('.'),
  'Azure client secret': (d) => [d.pick(ALNUM, 3), '8', 'Q~', d.pick(WORD, 34)].join(''),
  'Shopify token': (d) => ['shpat', d.pick(HEX, 32)].join('_'),
  'Square token': (d) => ['sq0atp', d.pick(WORD, 22)].join('-'),
  'Linear key': (d) => ['lin', 'api', d.pick(ALNUM, 40)].join('_'),
  'Grafana token': (d) => ['glsa', d.pick(ALNUM, 32), d.pick(HEX, 8)].join('_'),
  'Databricks token': (d) => ['da', 'pi', d.pick(HEX, 32)].join(''),
  'Doppler token': (d) => ['dp', 'pt', d.pick(ALNUM, 43)].join('.'),
  'PlanetScale password': (d) => ['pscale', 'pw', d.pick(WORD, 43)].join('_'),
  'Vault token': (d) => ['hvs', d.pick(WORD, 95)].join('.'),
  'Terraform token': (d) => [d.pick(ALNUM, 14), 'atlasv1', d.pick(WORD, 67)].join('.'),
  'Atlassian token': (d) => ['ATA', 'TT3', d.pick(WORD, 180)].join(''),
  'RubyGems key': (d) => ['rubygems', d.pick(HEX, 48)].join('_'),
  'Docker token': (d) => ['dckr', 'pat', d.pick(WORD, 27)].join('_'),
  'Sentry token': (d) => ['sntrys', `${JWT}${d.pick(ALNUM, 80)}`, d.pick(ALNUM, 43)].join('_'),
  'New Relic key': (d) => ['NR', 'AK-', d.pick(UPPER + DIGITS, 27)].join(''),
  'Mailgun key': (d) => ['key', d.pick(HEX, 32)].join('-'),
  'Mailchimp key': (d) => [d.pick(HEX, 32), 'us12'].join('-'),
  'Postman key': (d) => ['PMAK', d.pick(HEX, 24), d.pick(HEX, 34)].join('-'),
  'Groq key': (d) => ['gsk', d.pick(ALNUM, 52)].join('_'),
  'Tailscale key': (d) => ['tskey', 'auth', d.pick(ALNUM, 16), d.pick(ALNUM, 32)].join('-'),
  'age key': (d) => ['AGE', 'SECRET', 'KEY', `1${d.pick(UPPER + DIGITS, 58)}`].join('-'),
  'Fly token': (d) => ['fm2', d.pick(BASE64, 120)].join('_'),
};

/** Secrets that only their surroundings give away. `{}` is the secret. */
export const PLACES: Record<string, { text: string; secret: Build }> = {
  'bearer header': { text: 'Authorization: Bearer {}', secret: (d) => d.pick(ALNUM, 24) },
  'bearer header of curl': {
    text: 'curl -sS -H "Authorization: Bearer {}" https://chat.example/api/v4/posts',
    secret: (d) => d.pick(LOWER + DIGITS, 26),
  },
  'basic header': { text: "curl -H 'authorization: Basic {}' https://a.example", secret: (d) => d.pick(BASE64, 24) },
  'token header': { text: '"Authorization": "token {}"', secret: (d) => d.pick(HEX, 40) },
  'private header': { text: 'PRIVATE-TOKEN: {}', secret: (d) => d.pick(ALNUM, 20) },
  'api key header': { text: '-H "X-Api-Key: {}"', secret: (d) => d.pick(ALNUM, 32) },
  'cookie header': { text: 'Cookie: sid={}; theme=dark', secret: (d) => d.pick(ALNUM, 32) },
  'bearer in prose': { text: 'I call it with Bearer {} as the docs say', secret: (d) => d.pick(LOWER + DIGITS, 26) },
  'Mattermost token': {
    text: 'the bot token is {} in that file',
    secret: (d) => d.pick(LOWER, 12) + d.pick(DIGITS, 2) + d.pick(LOWER, 12),
  },
  'password in prose': { text: 'the admin password is {} on that host', secret: (d) => `${d.pick(LOWER, 7)}${d.pick(DIGITS, 2)}` },
  'Mattermost token, colon': { text: 'token: {}', secret: (d) => d.pick(LOWER, 12) + d.pick(DIGITS, 2) + d.pick(LOWER, 12) },
  'Mattermost hook': {
    text: 'curl -d x https://chat.example/hooks/{}',
    secret: (d) => d.pick(LOWER, 12) + d.pick(DIGITS, 2) + d.pick(LOWER, 12),
  },
  'database address': { text: 'psql postgres://app:{}@db.internal:5432/app', secret: (d) => d.pick(ALNUM, 14) },
  'database address with signs': { text: 'DATABASE_URL=mysql://root:{}@127.0.0.1/x?ssl=1', secret: (d) => `p/${d.pick(ALNUM, 9)}#!` },
  'database address with an at sign': { text: 'mongodb+srv://me:{}@cluster0.example.net/db', secret: (d) => `P@${d.pick(ALNUM, 9)}` },
  'git address': { text: 'git clone https://oauth2:{}@git.example/a/b.git', secret: (d) => d.pick(ALNUM, 20) },
  'token as user': { text: 'git remote add o https://{}@git.example/a.git', secret: (d) => `${d.pick(HEX, 38)}a1` },
  'redis address': { text: 'redis://:{}@cache:6379/0', secret: (d) => d.pick(ALNUM, 12) },
  'environment variable': { text: 'export GITHUB_TOKEN={}', secret: (d) => d.pick(ALNUM, 20) },
  'environment word': { text: 'DB_PASSWORD={} npm start', secret: (d) => d.pick(LOWER, 9) },
  'quoted variable': { text: "MM_TOKEN='{}' node main.js", secret: (d) => d.pick(LOWER + DIGITS, 26) },
  'variable with spaces': { text: 'SMTP_PASS="{} x y"', secret: (d) => d.pick(LOWER, 9) },
  'JSON member': { text: '{"user":"bob","password":"{}","age":3}', secret: (d) => d.pick(ALNUM, 10) },
  'escaped JSON member': { text: '{"body":"{\\"client_secret\\": \\"{}\\"}"}', secret: (d) => d.pick(ALNUM, 24) },
  'YAML member': { text: 'db:\n  password: {}\n  port: 5432', secret: (d) => `${d.pick(LOWER, 7)}${d.pick(DIGITS, 2)}` },
  'YAML word': { text: '  api_key: {}', secret: (d) => d.pick(LOWER, 12) },
  'INI value': { text: 'secret_key = {}', secret: (d) => d.pick(ALNUM, 40) },
  'TOML value': { text: 'access_key = "{}"', secret: (d) => d.pick(ALNUM, 20) },
  'TypeScript constant': { text: "const apiKey: string = '{}';", secret: (d) => d.pick(ALNUM, 24) },
  'Go assignment': { text: 'authToken := "{}"', secret: (d) => d.pick(ALNUM, 24) },
  'Ruby hash': { text: ':password => "{}",', secret: (d) => d.pick(ALNUM, 10) },
  'XML element': { text: '<server><password>{}</password></server>', secret: (d) => d.pick(ALNUM, 10) },
  'option with a space': { text: 'tool login --user bob --password {} --force', secret: (d) => d.pick(LOWER, 9) },
  'option with an equals sign': { text: 'tool --api-key={} run', secret: (d) => d.pick(ALNUM, 20) },
  'option in a list': { text: '["tool", "--token", "{}", "-v"]', secret: (d) => d.pick(LOWER, 12) },
  'named value in JSON': { text: '{"name":"DB_PASSWORD","value":"{}"}', secret: (d) => d.pick(LOWER, 12) },
  'named value in YAML': { text: '- name: API_TOKEN\n  value: {}', secret: (d) => d.pick(ALNUM, 12) },
  'Slack webhook': { text: 'curl -d x https://hooks.slack.com/services/T0AB12CD3/B0AB12CD3/{}', secret: (d) => d.pick(ALNUM, 24) },
  'query parameter': { text: 'GET /v1/x?user=1&access_token={}&page=2', secret: (d) => d.pick(ALNUM, 22) },
  'signed address': { text: 'https://a.blob.example/c/f.txt?sv=2024&sig={}&se=9', secret: (d) => `${d.pick(ALNUM, 40)}%3D` },
  'storage account key': { text: 'AccountName=a;AccountKey={};EndpointSuffix=core', secret: (d) => `${d.pick(BASE64, 86)}==` },
  'shared access key': { text: 'Endpoint=sb://x;SharedAccessKeyName=r;SharedAccessKey={}', secret: (d) => `${d.pick(BASE64, 43)}=` },
  'AWS secret key': { text: 'aws_secret_access_key = {}', secret: (d) => d.pick(BASE64, 40) },
  'AWS secret key as argument': { text: 'aws configure set aws_secret_access_key {}', secret: (d) => `${d.pick(BASE64, 38)}a1` },
  'npm auth line': { text: '//registry.example/:_authToken={}', secret: (d) => d.pick(ALNUM, 36) },
  'curl user': { text: 'curl -s -u bob:{} https://a.example', secret: (d) => d.pick(LOWER, 9) },
  'curl user over lines': { text: 'curl -s \\\n  --user bob:{} \\\n  https://a.example', secret: (d) => d.pick(ALNUM, 9) },
  'mysql password': { text: 'mysqldump -h db -uroot -p{} app > x.sql', secret: (d) => d.pick(ALNUM, 9) },
  'sshpass password': { text: 'sshpass -p {} ssh root@host', secret: (d) => d.pick(LOWER, 9) },
  'docker password': { text: 'docker login -u bob -p {} reg.example', secret: (d) => d.pick(ALNUM, 9) },
  'redis password': { text: 'redis-cli -h x -a {} ping', secret: (d) => d.pick(ALNUM, 9) },
  'openssl password': { text: 'openssl enc -aes-256-cbc -pass pass:{} -in a', secret: (d) => d.pick(ALNUM, 9) },
  'password on standard input': { text: 'echo "{}" | docker login -u bob --password-stdin', secret: (d) => d.pick(ALNUM, 12) },
  'netrc line': { text: 'machine a.example login bob password {}', secret: (d) => d.pick(LOWER, 9) },
  'Terraform variable': { text: 'variable db_password { default = "x" }\npassword = "{}"', secret: (d) => d.pick(ALNUM, 11) },
  'vendor key': { text: 'algolia_key: {}', secret: (d) => `${d.pick(HEX, 29)}1a2b3` },
};

const KEY_LABELS = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'];

/** A private key in armour; `body` holds its lines. */
export function armouredKey(dice: Dice): { text: string; body: string[] } {
  const label = KEY_LABELS[dice.below(KEY_LABELS.length)] ?? 'PRIVATE KEY';
  const body = [...Array.from({ length: 6 }, () => dice.pick(BASE64, 64)), `${dice.pick(BASE64, 22)}==`];
  return { text: [`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`].join('\n'), body };
}

/** Words of ordinary work around a key. `{}` is the key. */
export const SENTENCES = [
  '{}',
  'use {} for it',
  'key="{}"',
  "curl 'https://a.example/?q={}'",
  '{"a":["{}"],"b":1}',
  'echo {} > /tmp/x',
  '`{}`,',
  'NAME={}',
  '- {}',
];

/** The sample with its secret broken over two lines at a place between 0 and 1. */
export function wrap(sample: Sample, at: number, lineBreak: string): string {
  const place = Math.min(sample.secret.length - 1, Math.max(1, Math.round(sample.secret.length * at)));
  return sample.text.replace(sample.secret, () => sample.secret.slice(0, place) + lineBreak + sample.secret.slice(place));
}

/** The longest piece of the secret that can still be read in a text, line breaks and backslashes left out. */
export function longestLeak(secret: string, output: string): number {
  const readable = output.replace(/[\s\\"+]/g, '');
  const wanted = secret.replace(/[\s\\"+]/g, '');
  let longest = 0;
  for (let start = 0; start < wanted.length; start++) {
    while (start + longest < wanted.length && readable.includes(wanted.slice(start, start + longest + 1))) longest++;
  }
  return longest;
}
