// What docs/CODING-AGENTS.md says of a shared host, of services and of containers, with real units, capabilities and namespaces.

import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { ClaudeAtWork, CodexAtWork } from '../integration/agents-at-work.ts';
import { createRig, type Rig } from '../integration/harness.ts';
import { packedFile } from '../integration/packed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { SessionWriter } from '../unit/sources/claude-code/session-writer.ts';
import { buildBases, buildOwn, CA_BUNDLE, images, npmSettings, podman, type Ran, startContainer } from './containers.ts';

const MACHINE = 'live-status-agents-test';
const CONTAINER = 'live-status-agents-image';
const [ALICE, BOB] = [1001, 1002];
const NOT_LOST_MS = 6_000; // of what must not happen: several looks at processes
const DROP_IN = '/etc/systemd/system/status-watcher.service.d/homes.conf';

let rig: Rig;
/** The folder that is `/home` in the machine. */
let homes: string;
let packed: string;

/** The drop-in that the document shows for a shared host. */
function documentedDropIn(): string {
  const text = readFileSync(fileURLToPath(new URL('../../docs/CODING-AGENTS.md', import.meta.url)), 'utf8');
  const [, block = ''] = /## On a shared host[^]*?```ini\n([^]*?)```/.exec(text) ?? [];
  return block;
}

function shell(line: string): Promise<Ran> {
  return podman('exec', MACHINE, 'bash', '-c', line);
}

async function expectShell(line: string): Promise<string> {
  const { code, out } = await shell(line);
  expect({ line, code, out }).toMatchObject({ code: 0 });
  return out.trim();
}

/** Only its owner may read it. */
function lockUp(path: string, uid: number): void {
  chownSync(path, uid, uid);
  chmodSync(path, statSync(path).isDirectory() ? 0o700 : 0o600);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) lockUp(join(path, name), uid);
}

function homeOf(name: string, uid: number): string {
  const home = join(homes, name);
  mkdirSync(home, { recursive: true });
  lockUp(home, uid);
  return home;
}

/** A session of Claude Code in the home of that user, whose process runs in the machine. */
class Session {
  readonly writer: SessionWriter;
  readonly #home: string;
  readonly #name: string;
  readonly #uid: number;
  #pid = 0;

  constructor(name: string, uid: number, number: number) {
    this.#name = name;
    this.#uid = uid;
    this.#home = homeOf(name, uid);
    this.writer = new SessionWriter(join(this.#home, '.claude'), { number, cwd: `/home/${name}/shop` });
    lockUp(this.#home, uid);
  }

  async works(mark: string): Promise<void> {
    const { writer } = this;
    this.#pid = Number(await expectShell(`su ${this.#name} -c 'sleep 900 >/dev/null 2>&1 & echo $!'`));
    const procStart = (await expectShell(`cut -d' ' -f22 /proc/${this.#pid}/stat`)).trim();
    const pidDomain = await expectShell('echo linux:$(cat /etc/machine-id):$(readlink /proc/self/ns/pid)');
    writer.live({ pid: this.#pid, procStart, pidDomain });
    writer.add(
      writer.prompt('Go on.'),
      writer.says([{ type: 'text', text: `I work on ${mark}.` }]),
      writer.calls('c1', 'Bash', { command: 'make' }),
    );
    lockUp(join(this.#home, '.claude'), this.#uid);
  }

  async dies(): Promise<void> {
    await expectShell(`kill -9 ${this.#pid}`);
  }
}

function stateOf(mark: string): string | undefined {
  const title = rig.boxes().find(({ text }) => text.includes(`I work on ${mark}.`))?.title;
  return title === undefined ? undefined : /^\[(\w+)/.exec(title)?.[1];
}

async function untilState(mark: string, state: string): Promise<void> {
  await until(`${mark} is ${state}`, () => stateOf(mark) === state, { detail: () => JSON.stringify(rig.boxes()) });
}

const SETTINGS = (): string => `MM_URL=${rig.server.url} MM_TOKEN=${SAMPLE.botToken} OPEN_AFTER_MS=0`;

beforeAll(async () => {
  await buildBases();
  rig = await createRig();
  homes = tempFolder('homes');
  chmodSync(homes, 0o755);
});

afterAll(async () => {
  for (const name of [MACHINE, CONTAINER]) await podman('rm', '--force', '--time', '0', '--ignore', name);
  await rig.close();
});

describe('where systemd runs', () => {
  beforeAll(async () => {
    packed = tempFolder('packed');
    cpSync(packedFile().path, join(packed, packedFile().filename));
    writeFileSync(join(packed, 'npmrc'), npmSettings());
    const certificates = existsSync(CA_BUNDLE) ? ['--volume', `${CA_BUNDLE}:${CA_BUNDLE}:ro`] : [];
    const mounts = [...certificates, '--volume', `${packed}:/packed:ro`, '--volume', `${homes}:/home`];
    await startContainer(
      MACHINE,
      ['--systemd=always', '--privileged', '--network', 'host', ...mounts],
      images.systemd,
      '/lib/systemd/systemd',
    );
    await until('systemd runs', async () => /running|degraded/.test((await shell('systemctl is-system-running')).out));
    await expectShell(`useradd -u ${ALICE} -M alice && useradd -u ${BOB} -M bob && useradd --system --no-create-home watcher`);
    await expectShell('npm --userconfig /packed/npmrc install --global --no-audit --no-fund /packed/live-status-*.tgz');
  });

  afterAll(() => rmSync(packed, { recursive: true, force: true }));

  async function install(dropIn: string): Promise<void> {
    mkdirSync(join(homes, 'dropin'), { recursive: true });
    writeFileSync(join(homes, 'dropin', 'homes.conf'), dropIn);
    await expectShell(`mkdir -p $(dirname ${DROP_IN}) && cp /home/dropin/homes.conf ${DROP_IN} && systemctl daemon-reload`);
    const routes = `claude-code:/home/*=${SAMPLE.publicId}+texts,codex:/home/*=${SAMPLE.publicId}+texts`;
    const settings = `${SETTINGS()} HEALTH_PORT=${await freePort()} CODING_HOMES='/home/*' ROUTES='${routes}'`;
    await expectShell(`${settings} live-status service install --run-as watcher`);
    expect(await expectShell('systemctl show status-watcher -p ActiveState,User')).toBe('User=watcher\nActiveState=active');
  }

  it('on a shared host the drop-in lets one service show the agents of several people, and see when a process is gone', async () => {
    const [alice, bob] = [new Session('alice', ALICE, 1), new Session('bob', BOB, 2)];
    await install(documentedDropIn());
    await alice.works('alice-first');
    await bob.works('bob-first');
    await untilState('alice-first', 'ACTIVE');
    await untilState('bob-first', 'ACTIVE');
    await sleep(NOT_LOST_MS);
    expect([stateOf('alice-first'), stateOf('bob-first')]).toEqual(['ACTIVE', 'ACTIVE']);
    await alice.dies();
    await untilState('alice-first', 'LOST');
    expect(stateOf('bob-first')).toBe('ACTIVE');
  });

  function heldByBob(thread: string): Promise<string> {
    const lock = `/home/bob/.codex/thread-writer-locks/${thread}.lock`;
    return expectShell(`su bob -c 'flock --no-fork ${lock} sleep 900 >/dev/null 2>&1 & echo $!'`);
  }

  it('on a shared host a thread of Codex whose lock is free is lost', async () => {
    const home = homeOf('bob', BOB);
    const thread = new CodexAtWork(home, 'thread1');
    lockUp(home, BOB);
    await install(documentedDropIn());
    const pid = await heldByBob('thread1');
    thread.asks('bob-thread', '/home/bob/shop');
    lockUp(home, BOB);
    await untilState('bob-thread', 'ACTIVE');
    await sleep(NOT_LOST_MS);
    expect(stateOf('bob-thread')).toBe('ACTIVE');
    await expectShell(`kill -9 ${pid}`);
    await untilState('bob-thread', 'LOST');
  });

  it('without its last two lines an end of Claude Code is still seen, by its number alone, and threads of Codex are unknown', async () => {
    const dropIn = documentedDropIn();
    expect(dropIn.trimEnd().split('\n').slice(-2)).toEqual(['ProtectProc=default', 'ProcSubset=all']);
    const alice = new Session('alice', ALICE, 3);
    const thread = new CodexAtWork(homeOf('bob', BOB), 'thread2');
    lockUp(join(homes, 'bob', '.codex'), BOB);
    await install(dropIn.replace('ProtectProc=default', '').replace('ProcSubset=all', 'ProcSubset=pid'));
    await alice.works('alice-hidden');
    const pid = await heldByBob('thread2');
    thread.asks('bob-hidden', '/home/bob/shop');
    for (const mark of ['alice-hidden', 'bob-hidden']) await untilState(mark, 'ACTIVE');
    await sleep(NOT_LOST_MS);
    expect(['alice-hidden', 'bob-hidden'].map(stateOf)).toEqual(['ACTIVE', 'ACTIVE']);
    await alice.dies();
    await expectShell(`kill -9 ${pid}`);
    await untilState('alice-hidden', 'LOST');
    await sleep(NOT_LOST_MS);
    expect(stateOf('bob-hidden')).toBe('ACTIVE');
    await expectShell('live-status service remove --purge');
  });

  it('one person runs a service of their own, which shows their sessions and sees their processes', async () => {
    const asAlice = (line: string): string => `su alice -c 'cd; export HOME=/home/alice XDG_RUNTIME_DIR=/run/user/${ALICE}; ${line}'`;
    const alice = new Session('alice', ALICE, 4);
    await expectShell(`systemctl start user@${ALICE}`);
    const settings = `${SETTINGS()} HEALTH_PORT=${await freePort()} ROUTES=claude-code:~/shop*=${SAMPLE.publicId}+texts`;
    await expectShell(asAlice(`${settings} live-status service install --user`));
    await alice.works('alice-own');
    await untilState('alice-own', 'ACTIVE');
    await alice.dies();
    await untilState('alice-own', 'LOST');
    await expectShell(asAlice('live-status service remove --user --purge'));
  });
});

describe('in a container', () => {
  const UID = 1000;
  let home: string;

  beforeAll(async () => {
    await buildOwn();
    home = tempFolder('home');
    mkdirSync(join(home, 'state'));
  });

  /** As the document says: both folders read-only, named, as their owner, with whole paths in the rules. */
  async function start(...more: string[]): Promise<void> {
    lockUp(home, UID);
    const mounts = ['.claude:/claude:ro', '.codex:/codex:ro', 'state:/var/lib/live-status'].flatMap((mount) => [
      '--volume',
      join(home, mount),
    ]);
    const settings = {
      MM_URL: rig.server.url,
      MM_TOKEN: SAMPLE.botToken,
      OPEN_AFTER_MS: '0',
      HEALTH_PORT: String(await freePort()),
      CLAUDE_CONFIG_DIR: '/claude',
      CODEX_HOME: '/codex',
      ROUTES: `claude-code:/home/dev/shop*=${SAMPLE.publicId}+texts, codex:/home/dev/shop*=${SAMPLE.publicId}+texts`,
    };
    const env = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const locked = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'host'];
    await startContainer(CONTAINER, [...locked, '--user', `${UID}:${UID}`, ...mounts, ...env, ...more], images.own);
    await until('it is healthy', async () => (await podman('exec', CONTAINER, 'live-status', 'health')).out.startsWith('ok: '));
  }

  it.each([
    ['processes outside are unknown, and nothing is lost', [], 'ACTIVE'],
    [
      'with pid: host and the same machine id it sees when they are gone',
      ['--pid', 'host', '--volume', '/etc/machine-id:/etc/machine-id:ro'],
      'LOST',
    ],
  ])('both agents are shown by mounted folders; %s', async (_what, options, after) => {
    const name = options.length === 0 ? 'inside' : 'outside';
    const agents = [new ClaudeAtWork(home, options.length + 10), new CodexAtWork(home, `thread-${name}`)];
    for (const agent of agents) await agent.opens();
    await start(...options);
    for (const agent of agents) agent.asks(`${agent.source}-${name}`);
    lockUp(home, UID);
    for (const { source } of agents) await untilState(`${source}-${name}`, 'ACTIVE');
    await sleep(NOT_LOST_MS);
    for (const agent of agents) await agent.dies();
    if (after === 'ACTIVE') await sleep(NOT_LOST_MS);
    for (const { source } of agents) await untilState(`${source}-${name}`, after);
    expect(rig.boxes().filter(({ text }) => text.includes(`-${name}.`))).toHaveLength(agents.length);
  });
});
