// The surroundings in which secrets stand in real transcripts. `NAME` is written in the style of the place, `{}` is the secret.

/** How a name is written: `API_KEY`, `api_key`, `api-key`, `apiKey`, `Api-Key`, `API key`. */
type Style = 'upper' | 'snake' | 'kebab' | 'camel' | 'header' | 'words';

export interface Context {
  name: string;
  group: 'named' | 'prose' | 'alone';
  style: Style;
  text: string;
  /** What is done to the secret before it is put in its place. */
  change?: (secret: string) => string;
}

const inBase64 = (secret: string) => Buffer.from(secret, 'utf8').toString('base64');
const cutOff = (secret: string) => `${secret.slice(0, Math.ceil(secret.length * 0.6))}…`;
const overTwoLines = (secret: string) => `${secret.slice(0, Math.ceil(secret.length / 2))}\n${secret.slice(Math.ceil(secret.length / 2))}`;
const escapedJson = (secret: string) => JSON.stringify(secret).slice(1, -1);

export const CONTEXTS: readonly Context[] = [
  { name: 'export', group: 'named', style: 'upper', text: 'export NAME={}' },
  { name: 'variable before a command', group: 'named', style: 'upper', text: 'NAME="{}" npm run deploy' },
  { name: '.env in a here-document', group: 'named', style: 'upper', text: 'cat > .env <<EOF\nPORT=80\nNAME={}\nDEBUG=1\nEOF' },
  { name: 'docker -e', group: 'named', style: 'upper', text: 'docker run --rm -e NAME={} -p 80:80 acme/web:1.2' },
  { name: 'JSON', group: 'named', style: 'snake', text: '{"region": "eu", "NAME": "{}", "retries": 3}', change: escapedJson },
  { name: 'JSON in JSON', group: 'named', style: 'camel', text: '{"body":"{\\"user\\":\\"bob\\",\\"NAME\\":\\"{}\\"}"}' },
  { name: 'YAML', group: 'named', style: 'snake', text: 'service:\n  NAME: {}\n  port: 8080' },
  { name: 'TOML', group: 'named', style: 'snake', text: '[server]\nNAME = "{}"\nport = 80' },
  { name: 'INI', group: 'named', style: 'snake', text: '[default]\nNAME = {}\nregion = eu' },
  { name: 'properties', group: 'named', style: 'kebab', text: 'app.NAME={}' },
  {
    name: 'query',
    group: 'named',
    style: 'snake',
    text: 'GET https://api.example.org/v1/items?page=2&NAME={}&sort=asc',
    change: encodeURIComponent,
  },
  { name: 'header of curl', group: 'named', style: 'header', text: 'curl -sS -H "X-NAME: {}" https://api.example.org/v1/items' },
  { name: 'option with a space', group: 'named', style: 'kebab', text: 'tool deploy --NAME {} --region eu' },
  { name: 'option with an equals sign', group: 'named', style: 'kebab', text: 'tool deploy --NAME={} --region eu' },
  { name: 'Kubernetes variable', group: 'named', style: 'upper', text: 'env:\n  - name: NAME\n    value: "{}"' },
  { name: 'Kubernetes secret', group: 'named', style: 'upper', text: 'apiVersion: v1\nkind: Secret\ndata:\n  NAME: {}', change: inBase64 },
  { name: 'Python', group: 'named', style: 'upper', text: 'os.environ["NAME"] = "{}"' },
  { name: 'TypeScript', group: 'named', style: 'camel', text: "const client = new Client({ region: 'eu', NAME: '{}' });" },
  { name: 'Go', group: 'named', style: 'upper', text: 'os.Setenv("NAME", "{}")' },
  { name: 'log line', group: 'named', style: 'snake', text: '2026-11-26T10:00:00Z INFO config loaded NAME={} region=eu' },
  { name: 'diff', group: 'named', style: 'upper', text: '@@ -1,2 +1,2 @@\n-NAME=old\n+NAME={}' },
  { name: 'connection string', group: 'named', style: 'camel', text: 'Endpoint=https://x.example.net/;NAME={};Timeout=30' },
  { name: 'XML', group: 'named', style: 'camel', text: '<config><NAME>{}</NAME></config>' },
  { name: 'table', group: 'named', style: 'upper', text: '| NAME | {} |' },
  { name: 'sentence', group: 'prose', style: 'words', text: 'The NAME is {} and works again.' },
  { name: 'bold label', group: 'prose', style: 'words', text: '- **NAME:** `{}`' },
  { name: 'as the', group: 'prose', style: 'words', text: 'I use `{}` as the NAME for it.' },
  { name: 'alone', group: 'alone', style: 'upper', text: '{}' },
  { name: 'alone in a sentence', group: 'alone', style: 'upper', text: 'It answers 401 for {} since this morning.' },
  { name: 'cut off', group: 'alone', style: 'upper', text: 'curl https://api.example.org/ {}', change: cutOff },
  { name: 'over two lines', group: 'alone', style: 'upper', text: 'echo {} | wc -c', change: overTwoLines },
];

/** A variable's name in the style of a place. */
export function styled(variable: string, style: Style): string {
  const words = variable.toLowerCase().split('_');
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  switch (style) {
    case 'upper':
      return variable;
    case 'snake':
      return words.join('_');
    case 'kebab':
      return words.join('-');
    case 'camel':
      return words.map((word, index) => (index === 0 ? word : capital(word))).join('');
    case 'header':
      return words.map(capital).join('-');
    case 'words':
      return words.join(' ');
    default:
      return style satisfies never;
  }
}
