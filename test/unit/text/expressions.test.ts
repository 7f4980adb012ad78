import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/text/redact.ts';

const redact = createRedactor([]);
const SECRETS = ['hunter2x', 'quiet meadow', 'Tr0ub4dor-x9'];

describe.each(SECRETS)('the password %s inside an expression', (secret) => {
  it.each([
    'dict(password="S")',
    'dict(password="S" + "abc")',
    'dict(password="ab" + "S")',
    "connect(host='h', user='u', password='S')",
    'os.environ["DB_PASSWORD"]="S"',
    "os.environ['DB_PASSWORD'] = 'S'",
    'os.environ.setdefault("DB_PASSWORD", "S")',
    'os.environ.update(DB_PASSWORD="S")',
    'env=dict(os.environ, PGPASSWORD="S")',
    'password = "ab" "S"',
    'password = ("S")',
    'password = str("S")',
    'password = f"S"',
    'password = prefix + "S"',
    'password = base64.b64decode("S")',
    'password = SecretStr("S")',
    'password = os.environ.get("DB_PASSWORD", "S")',
    'password = os.getenv("DB_PASSWORD") or "S"',
    'password = getpass() or "S"',
    'password = "S" if debug else None',
    'password = None if debug else "S"',
    'password = "".join(["S"])',
    'password = "%s" % "S"',
    'password = "{}".format("S")',
    "password='''S'''",
    'password = """S"""',
    'const password = "ab" + "S";',
    'const password = process.env.DB_PASSWORD ?? "S";',
    'const password = process.env.DB_PASSWORD || "S";',
    "const password = isTest ? 'S' : undefined;",
    '$password = getenv("DB_PASSWORD") ?: "S";',
    "password = ENV.fetch('DB_PASSWORD', 'S')",
  ])('is masked: %s', (text) => {
    expect(redact(text.replace('S"', `${secret}"`).replace("S'", `${secret}'`))).not.toContain(secret);
  });
});

describe.each(SECRETS)('the password %s in a column of an INSERT', (secret) => {
  it.each([
    "INSERT INTO users (name, password) VALUES ('a', '<>')",
    "INSERT INTO users (name, password) VALUES ('a', 'x1y2z3'), ('b', '<>')",
    "insert into users(password) values('<>');",
    "INSERT INTO `users` (`id`, `password`) VALUES (1, '<>');",
    'INSERT INTO "users" ("id", "pwd") VALUES (1, N\'<>\')',
    "REPLACE INTO users (id,password_hash,api_secret) VALUES (1,'y','<>')",
    "INSERT INTO users (name, password)\nVALUES\n  ('a', '<>'),\n  ('b', 'x1y2z3');",
    "INSERT INTO users (name, password) SELECT 'a', '<>'",
    "INSERT INTO users (name, password) VALUES ('O''Brien, x', '<>')",
    "INSERT INTO users (name, password) VALUES (lower('a, b'), MD5('<>'))",
    'INSERT INTO users (name, password) VALUES ("a", "<>")',
    "INSERT OR REPLACE INTO users (name, password) VALUES ('a', '<>')",
    "INSERT INTO users (name, password) OVERRIDING SYSTEM VALUE VALUES ('a', '<>')",
    "psql -c \"INSERT INTO users (name, password) VALUES ('a', '<>')\"",
  ])('is masked: %s', (text) => {
    expect(redact(text.replace('<>', secret))).not.toContain(secret);
  });
});

describe('what stands beside it', () => {
  it('stays: the other columns', () => {
    expect(redact("INSERT INTO users (name, password, city) VALUES ('bob', 'hunter2x', 'Bern')")).toBe(
      "INSERT INTO users (name, password, city) VALUES ('bob', '[redacted]', 'Bern')",
    );
  });

  it.each([
    'const password = await prompt("Your password: ");',
    'password = getpass.getpass("Enter password: ")',
    'password = form["password"]',
    "const secret = createHmac('sha256', key).digest('hex');",
    "if (password === 'undefined') return;",
    'password = os.environ.get("DB_PASSWORD", "")',
    'password: he said "the usual one" and left',
    'INSERT INTO users (name, password) VALUES ($1, $2)',
    'INSERT INTO users (name, password) VALUES (:name, :password)',
    "INSERT INTO cities (name, size) VALUES ('Bern', 'small2x')",
  ])('stays: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
