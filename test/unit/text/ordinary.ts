// Lines as tools really print them, with random numbers, hashes and names: nothing in them is a secret.

import { createDice, type Dice } from './corpus.ts';

const WORDS =
  'build parse render session gateway token secret password auth key config server client index worker queue cache stream reader writer'.split(
    ' ',
  );
const DIRS = ['src', 'lib', 'test/unit', 'packages/core/src', 'agents/sessions', 'internal/auth', 'app/models', 'deploy'];
const ENDINGS = ['ts', 'js', 'py', 'go', 'md', 'json', 'rs', 'yaml'];
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const ALNUM = `${LOWER}${LOWER.toUpperCase()}0123456789`;

const FILLERS: Record<string, (dice: Dice) => string> = {
  sha: (d) => d.pick('0123456789abcdef', 40),
  sha256: (d) => d.pick('0123456789abcdef', 64),
  short: (d) => d.pick('0123456789abcdef', 7),
  uuid: (d) => [8, 4, 4, 4, 12].map((length) => d.pick('0123456789abcdef', length)).join('-'),
  n: (d) => String(d.below(5000)),
  big: (d) => String(1_700_000_000_000 + d.below(99_999_999)),
  word: (d) => WORDS[d.below(WORDS.length)] ?? 'word',
  Word: (d) => (WORDS[d.below(WORDS.length)] ?? 'word').replace(/^./, (c) => c.toUpperCase()),
  path: (d) =>
    `${DIRS[d.below(DIRS.length)]}/${WORDS[d.below(WORDS.length)]}-${WORDS[d.below(WORDS.length)]}.${ENDINGS[d.below(ENDINGS.length)]}`,
  version: (d) => `${d.below(12)}.${d.below(30)}.${d.below(40)}`,
  id26: (d) => d.pick(`${LOWER}0123456789`, 26),
  url: () => 'URL', // A whole marker would be taken for the source map of this file.
  asset: (d) => d.pick(ALNUM, 8),
  base64: (d) => `${d.pick(`${ALNUM}+/`, 86)}==`,
  time: (d) => `2026-11-${10 + d.below(19)}T0${d.below(9)}:${10 + d.below(49)}:${10 + d.below(49)}.${100 + d.below(899)}Z`,
};

const LINES = `
commit {sha}
{short} fix({word}): handle missing {word} in {path}
Merge: {short} {short}
index {short}..{short} 100644
diff --git a/{path} b/{path}
HEAD is now at {short} chore: bump {word} to {version}
 * [new branch]      feature/{word}-{n} -> origin/feature/{word}-{n}
Author: Some Body <some.body@users.noreply.github.com>
git checkout {sha} -- {path}
git clone git@github.com:acme/{word}.git
origin  https://github.com/acme/{word}.git (fetch)
ssh://git@git.example.com:2222/acme/{word}.git
npm warn deprecated {word}@{version}: use {word}@{version} instead
added {n} packages, and audited {n} packages in {n}s
npm error path /home/node/{path}
npm http fetch GET 200 https://registry.npmjs.org/{word}/-/{word}-{version}.tgz {n}ms
npm_config_cache=/tmp/cache npm_package_version={version} npm_lifecycle_event=test
"integrity": "sha512-{base64}",
"resolved": "https://registry.npmjs.org/@acme/{word}/-/{word}-{version}.tgz",
dist/assets/{word}-{asset}.js   {n}.12 kB │ gzip: {n}.4 kB
<script type="module" src="/assets/index-{asset}.js"></script>
<link rel="stylesheet" href="/static/css/main.{short}.chunk.css">
<input type="password" name="password" placeholder="Password" autocomplete="current-password">
<label for="api-key">API key</label>
.sk-circle-fade .sk-circle-fade-dot:nth-child({n}) { animation-delay: -1.1s; }
{path}({n},{n}): error TS2339: Property '{word}' does not exist on type '{Word}Options'.
{path}:{n}:{n} - error TS2304: Cannot find name 'apiKey'.
{path}:{n}: undefined: {word}Token
error[E0425]: cannot find value \`{word}_token\` in this scope
  --> {path}:{n}:{n}
    at {Word}.parse (/app/{path}:{n}:{n})
    at async Promise.all (index {n})
  File "/usr/lib/python3/{path}", line {n}, in {word}_handler
SyntaxError: Unexpected token '}', "{word}" is not valid JSON
SyntaxError: Unexpected token < in JSON at position {n}
TypeError: Cannot read properties of undefined (reading 'token')
Error: invalid token: expected identifier, found keyword
AssertionError [ERR_ASSERTION]: password must not be empty
token count: {n}
tokens: {n} in / {n} out
max_tokens={n}
"max_tokens": {n}, "temperature": 0.{n}
input_tokens={n} output_tokens={n} cache_read_input_tokens={n}
"usage":{"prompt_tokens":{n},"completion_tokens":{n},"total_tokens":{n}}
context: {n}k of 200k tokens
const password = getPassword();
const token = await getToken({ scope: '{word}' });
const apiKey = process.env.API_KEY;
let secret = config.secret ?? defaults.secret;
if (token === undefined) throw new AuthError('no token');
password: string;
  password: z.string().min(8),
  readonly secret: SecretStore;
  apiKey: options.apiKey,
function checkPassword(password: string, hash: string): Promise<boolean> {
export async function refreshToken(token: Token): Promise<Token> {
def login(self, username, password=None, token=None):
    password = getpass.getpass()
    api_key = os.environ["API_KEY"]
    token = self.tokens[index]
        return {"token": token, "expires_in": {n}}
client = Client(token=token, password=password)
password := os.Getenv("DB_PASSWORD")
	Token  string \`json:"token"\`
secret_name = "{word}-{word}"
token_type: bearer
"tokenizer": "{word}-tokenizer",
"eos_token": "</s>", "pad_token": "<pad>"
auth: basic
"auth": {"type": "oauth2"}
credentials: include
MM_TOKEN_FILE=/run/secrets/mm_token
PASSWORD_FILE=/etc/{word}/password
PID_FILE=/tmp/status-watcher.pid LOG_LEVEL=debug node {path}
API_KEY=\${API_KEY} npm start
export GITHUB_TOKEN=$(gh auth token)
token: \${{ secrets.GITHUB_TOKEN }}
    password: "{{ vault_db_password }}"
curl -fsSL -H "Authorization: Bearer $TOKEN" https://api.example.com/v1/{word}
curl -s http://localhost:{n}/health | jq .status
curl -u "$USER:$PASS" https://example.com
docker run --rm -u 1000:1000 -p 8080:80 -v /srv/{word}:/data acme/{word}:{version}
docker run -e POSTGRES_PASSWORD_FILE=/run/secrets/pg postgres:16
Successfully built {short}{n}
sha256:{sha256}
digest: sha256:{sha256} size: {n}
mkdir -p {path} && ls -la /agents/sessions
drwxr-xr-x  {n} node node  4096 Nov 21 02:04 {word}
-rw-r--r-- 1 root root {n} Nov 21 02:04 {word}.key
grep -rn "password" {path}
grep -r live-status --include='*.ts' .
rg -n 'secret|token' {path}
find . -name '*.pem' -not -path './node_modules/*'
{path}:{n}:  // the token is refreshed by the {word}
{path}:{n}: * @param password the password to check
sed -n '{n},{n}p' {path}
cat ~/.ssh/config
ls ~/.ssh/id_ed25519.pub
ps aux | grep {word}
systemctl status status-watcher
{time} INFO  {word}: session {uuid} started
{time} level=info msg="request done" request_id={uuid} status=200 ms={n}
{time} WARN auth: token expired, refreshing
[{n}] GET /api/v4/users/me 200 {n}ms
{"level":30,"time":{big},"pid":{n},"msg":"listening","port":9090}
{"sessionKey":"agent:main:mattermost:channel:{id26}:thread:{id26}","runId":"{uuid}"}
{"id":"{id26}","channel_id":"{id26}","create_at":{big},"root_id":"{id26}"}
"sessionId":"{uuid}","updatedAt":{big}
agent:main:subagent:{uuid}
toolCallId: call_{n}_{n}, name: exec
Listening on http://127.0.0.1:{n}/
ws://127.0.0.1:18789
postgres://localhost:5432/{word}
redis://127.0.0.1:6379/0
http://localhost:4873/@acme/{word}
https://example.com/{word}?page={n}&sort=asc#L{n}
see https://docs.example.com/{word}/authentication#tokens for details
PASS {path} ({n} ms)
✓ {word} handles an empty token ({n} ms)
# pass {n}
# fail 0
Tests: {n} passed, {n} total
 Test Files  {n} passed ({n})
FAIL {path} > auth > rejects a wrong password
--- FAIL: TestToken{Word} (0.{n}s)
ok  	example.com/{word}/internal/auth	0.{n}s
coverage: {n}.1% of statements
Enter password:
Password incorrect, try again
The password reset mail was sent.
I will now check how the secret store reads its key file.
The API key is missing, so the request fails with 401.
This commit ({sha}) introduced the bug.
Reading {path} to see how tokens are counted...
Next I add a test for the bearer token of the gateway.
The token is validated before the session starts.
Use --password to set it, or --token for a token.
usage: tool login [--username NAME] [--password PASSWORD] [--token TOKEN]
  --api-key string     API key (env API_KEY)
  -p, --password       prompt for the password
| \`MM_TOKEN\` | none | the bot's token |
- [ ] rotate the API key
## Authentication
DB_PASSWORD=
password=
secret: null
"password": null, "token": ""
password: ********
Authorization: Bearer [redacted]
key: {sha}
cache key: node-modules-{sha256}
Cache restored from key: Linux-node-{sha256}
etag: W/"{short}-{asset}"
x-request-id: {uuid}
content-type: application/json; charset=utf-8
set-cookie header is missing
Cookie policy: strict
color: #{short}; background: rgba({n}, {n}, {n}, 0.5);
data:image/png;base64,iVBORw0KGgoAAAANSUhEUg{base64}
//# sourceMapping{url}=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXX0=
MD5 ({word}.tar.gz) = {short}{short}{short}{short}{n}
{sha256}  {word}-{version}.tar.gz
arn:aws:iam::{n}12345678:role/{word}
const primaryKey = '{word}_id';
key="{word}.{word}" value="{n}"
kubectl get secret {word}-tls -n {word}
secret/{word}-tls created
kubectl create secret generic {word} --from-file=./{word}.txt
terraform plan -var-file={word}.tfvars
Error: secrets "{word}" not found
vault kv get secret/{word}
`
  .split('\n')
  .filter((line) => line !== '');

/** As many lines as asked for, the same ones for the same seed. */
export function ordinaryLines(count: number, seed: number): string[] {
  const dice = createDice(seed);
  return Array.from({ length: count }, (_, index) =>
    (LINES[index % LINES.length] ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => FILLERS[name]?.(dice) ?? whole),
  );
}
