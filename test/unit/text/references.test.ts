import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/text/redact.ts';

const redact = createRedactor([]);

describe('a value that only refers to a secret', () => {
  it.each([
    "TOKEN=$(grep '^APP_TOKEN=' /srv/app/.env | cut -d= -f2) && ./report.sh --week",
    'TOKEN=$(cat /run/secrets/token) node main.js',
    'PASSWORD=`pass show web/example` ./login.sh',
    'export GITHUB_TOKEN=$(gh auth token)',
    'API_KEY=${API_KEY} npm start',
    'API_KEY=${API_KEY:-} npm start',
    'API_KEY=${API_KEY:?missing} npm start',
    'password: $DB_PASSWORD',
    'password: ${{ secrets.DB_PASSWORD }}',
    'set PASSWORD=%DB_PASSWORD%',
    '$password = $env:DB_PASSWORD',
    'const apiKey = process.env.API_KEY;',
    "const apiKey = process.env['API_KEY'];",
    'const apiKey = import.meta.env.VITE_API_KEY;',
    "const token = Deno.env.get('API_TOKEN');",
    '{"deltaCursor":"eyJhZ2VudElkIjoibWFpbiIsImdlbmVyYXRpb24iOiI1MThhZWIzYTA1ZmE0OWM2YmJmODRhYWNiZDgzMWQwYiIsImxhc3RTZXEiOjR9"}',
    'api_key = os.environ["API_KEY"]',
    "api_key = os.getenv('API_KEY')",
    "password = ENV['DB_PASSWORD']",
    "password = ENV.fetch('DB_PASSWORD')",
    '$password = getenv("DB_PASSWORD");',
    'String password = System.getenv("DB_PASSWORD");',
    'let token = std::env::var("API_TOKEN")?;',
    'token := os.Getenv("API_TOKEN")',
    'var key = Environment.GetEnvironmentVariable("API_KEY");',
    'password = var.db_password',
    'password = data.vault_generic_secret.db.data["password"]',
    'secret: {{ vault.secret }}',
    "password: \"{{ lookup('env', 'DB_PASSWORD') }}\"",
    'password: !vault |',
    'token: op://vault/item/field',
    'password: <%= ENV["DB_PASSWORD"] %>',
    'token = "<your token>"',
    'API_KEY=<your-api-key>',
    'API_KEY=xxxxxxxx',
    'password: ********',
    'Authorization: Bearer $TOKEN',
    'curl -H "Authorization: Bearer ${TOKEN}" https://a.example',
    'curl -H "Authorization: token $(gh auth token)" https://a.example',
    'psql postgres://app:$PGPASSWORD@db/app',
    'psql "postgres://app:${PGPASSWORD}@db/app"',
    'curl -u "$USER:$PASS" https://a.example',
    'mysql -u root -p"$MYSQL_PWD" app',
    'mysql -u root -p app < dump.sql',
    'docker login -u bob -p $TOKEN reg.example',
    'echo "$TOKEN" | docker login -u bob --password-stdin',
    'sshpass -p "$SSHPASS" ssh bob@host',
    'vault login -method=oidc',
    'kubectl create secret generic db --from-literal=password=$DB_PASSWORD',
    'gh secret set DEPLOY_KEY --body "$(cat key.pem)"',
    'passwd bob <<< "$NEW_PASSWORD"',
    "ALTER USER app WITH PASSWORD :'password';",
  ])('stays: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('is masked so far as it brings its value along', () => {
    expect(redact('PASSWORD="${DB_PASSWORD:-Tr0ub4dor-x9Kq}" ./run')).not.toContain('x9Kq');
  });
});

describe('words about secrets', () => {
  it.each([
    'Enter your password: ',
    'The password must have 12 characters.',
    'password is required',
    'The password was changed yesterday.',
    'password: string;',
    'password: must not be empty',
    'Invalid token: unexpected end of input',
    'The token expires in 3600 seconds.',
    'API key: missing',
    'The API key is invalid or expired.',
    'I will now look for the secret in the vault.',
    'the password for admin is wrong',
    'key: value',
    'primary key: id',
    'Keys: Enter, Escape, Tab',
    'token for the parser: identifier',
    'login: admin / role: owner',
    'The access key of the toolbar is Alt+K.',
    'pass 12 of 14 tests',
    'PIN is missing',
    'passport: required',
    'Das Passwort ist falsch.',
    'Le mot de passe est obligatoire.',
    'La contraseña es incorrecta.',
    'пароль неверный',
    '密码错误',
    '| Option | Default |\n|---|---|\n| password | none |',
    'name,password\nbob,required',
    'usage: tool login [--password PASSWORD]',
    'net use',
    'pass show',
    'security audit of the password store',
    'http GET https://a.example/users',
    'The commit 9f86d081884c7d659a2feaa0c55ad0159f86d081 is the key change.',
  ])('stay: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
