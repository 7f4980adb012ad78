// Command lines with a secret in them, for every form that the product knows, and some that are no table of arguments.

import { COMMAND_ROWS } from '../../../src/text/redact-command-table.ts';
import type { Dice } from './corpus.ts';
import type { Sample } from './generator.ts';

const LOWER = 'abcdefghijkmnpqrstuvwxyz';
const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const DIGITS = '23456789';
const ALNUM = LOWER + UPPER + DIGITS;

/** What stands around a command: a prompt, other commands, quotes of JSON and Markdown. */
const AROUND: readonly ((command: string) => string)[] = [
  (command) => command,
  (command) => `$ ${command}`,
  (command) => `cd /srv/app && ${command} && echo done`,
  (command) => `sudo ${command} 2>&1 | tail -5`,
  (command) => `I run \`${command}\` on the host.`,
  (command) => JSON.stringify({ command, timeout: 30 }),
];

/** Secrets on standard input, in SQL and in code. `{}` is the secret. */
const OTHER_FORMS: readonly string[] = [
  'echo {} | docker login -u bob --password-stdin reg.example.org',
  'echo "{}" | sudo -S systemctl restart app',
  "printf '%s' '{}' | gh auth login --with-token",
  'echo -n {} | gcloud secrets create db --data-file=-',
  'echo {} | wrangler secret put API_KEY',
  'echo {} | gpg --batch --passphrase-fd 0 -d a.gpg',
  "echo 'bob:{}' | chpasswd",
  'docker login -u bob --password-stdin <<< "{}"',
  'passwd bob <<< {}',
  "kinit bob@EXAMPLE.ORG <<< '{}'",
  'sudo chpasswd <<EOF\nbob:{}\nEOF',
  "ALTER USER app WITH PASSWORD '{}';",
  "CREATE ROLE app LOGIN PASSWORD '{}' VALID UNTIL 'infinity';",
  "CREATE USER 'app'@'%' IDENTIFIED BY '{}';",
  "ALTER USER app IDENTIFIED WITH mysql_native_password BY '{}';",
  "GRANT ALL ON x.* TO 'app'@'%' IDENTIFIED BY '{}';",
  "SET PASSWORD FOR 'app'@'%' = PASSWORD('{}');",
  "CREATE LOGIN app WITH PASSWORD = N'{}', CHECK_POLICY = OFF;",
  "UPDATE users SET password = '{}' WHERE name = 'bob';",
  'psql -c "ALTER ROLE app PASSWORD \'{}\'"',
  "requests.get(url, auth=('bob', '{}'))",
  'new NetworkCredential("bob", "{}")',
  'System.setProperty("javax.net.ssl.keyStorePassword", "{}");',
  "define('DB_PASSWORD', '{}');",
  'client.login("bob", "{}")',
  'setenv("DB_PASSWORD", "{}", 1);',
  "ENV['DB_PASSWORD'] = '{}'",
  '$env:DB_PASSWORD = "{}"',
  'set DB_PASSWORD={}',
  'fish: set -x DB_PASSWORD {}',
  "process.env.DB_PASSWORD = '{}';",
  'let password = "{}".to_string();',
  'private static final String PASSWORD = "{}";',
  "curl -X POST -d 'username=bob&password={}' https://x.example/login",
  'curl -d \'{"username":"bob","password":"{}"}\' https://x.example/login',
  '$ pass show web/example\n{}',
  '$ cat /run/secrets/db_password\n{}',
  '$ echo $DB_PASSWORD\n{}',
  'psql "host=db user=app password={} dbname=x"',
  'export PGPASSWORD={}; psql -h db',
  'mysql --defaults-extra-file=<(printf "[client]\\npassword={}")',
  'ssh://bob:{}@host/srv',
];

/** One sample for every form and every surrounding. */
export function commandSamples(dice: Dice): Sample[] {
  const inTable = COMMAND_ROWS.flatMap((row) =>
    AROUND.map((around) => {
      const secret = row.includes('{R}') ? randomSecret(dice) : chosenSecret(dice);
      return sample(row.split(' ')[0] ?? row, around(commandOf(row, secret, dice)), secret);
    }),
  );
  const others = OTHER_FORMS.flatMap((form) =>
    Array.from({ length: 6 }, () => {
      const secret = chosenSecret(dice);
      return sample(
        form.slice(0, 40),
        form.replace('{}', () => secret),
        secret,
      );
    }),
  );
  return [...inTable, ...others];
}

function sample(kind: string, text: string, secret: string): Sample {
  return { kind, context: text, group: 'command', text, secret };
}

/** A command line of a form of the table. */
function commandOf(row: string, secret: string, dice: Dice): string {
  return row
    .split(' ')
    .map((word) => wordOf(word, secret, dice))
    .join(' ');
}

function wordOf(word: string, secret: string, dice: Dice): string {
  const choices = word.includes('{') ? [word] : word.split('|');
  const chosen = choices[dice.below(choices.length)] ?? word;
  const spaced = chosen.replace('~', dice.below(2) === 0 && /^-\w~/.test(chosen) ? '' : ' ');
  return spaced.replace('*', `x${dice.pick(LOWER, 4)}`).replace(/\{R?\}/, () => secret);
}

function chosenSecret(dice: Dice): string {
  return `${dice.pick(UPPER, 1)}${dice.pick(LOWER, 4)}${dice.pick(DIGITS, 2)}${dice.pick(LOWER, 4)}-${dice.pick(ALNUM, 4)}${dice.pick(DIGITS, 1)}`;
}

function randomSecret(dice: Dice): string {
  return `${dice.pick(ALNUM, 22)}${dice.pick(DIGITS, 2)}`;
}
