// The hook, installed as users do it from the packed file: the gateway itself starts the watcher, which outlives it.

import { appendFileSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOOK } from '../../src/cli/openclaw-hooks.ts';
import { openClawEnvironment } from './install.ts';
import { PackedProgram, type Said } from './packed-program.ts';
import type { Report } from './report.ts';
import { HOOKED, type Rig } from './gateway-rig.ts';
import { botNamed } from './chat-server.ts';
import { asks, boxTellsTruth, type Expected } from './turn.ts';
import { freePort } from '../../src/demo/free-port.ts';
import { until } from '../support/until.ts';

const DONE: Expected = { title: '[DONE] main |', tokens: true };
const SECOND_MS = 8_000; // a second watcher would be there by then
const CONFIG_MISSING = 78;

export async function hookStartsWatcher(report: Report, rig: Rig): Promise<void> {
  const installed: PackedProgram[] = [];
  await report.check(`${rig.version}: the packed program installs`, async () => {
    const program = await PackedProgram.install();
    rig.hosts(() => program.close());
    installed.push(program);
  });
  for (const program of installed) await tryHook(report, rig, new Hooked(rig, program));
}

async function tryHook(report: Report, rig: Rig, hooked: Hooked): Promise<void> {
  const check: Check = (name, act) => report.check(`${rig.version} hook: ${name}`, act);
  await check('it installs, is switched on, and names the missing settings', () => hooked.install());
  await rig.gateway.stop('SIGTERM');
  await check('the gateway starts one watcher, with its own Node', async () => {
    await hooked.gatewaySays(/live-status is running \(pid \d+\)/, () => rig.gateway.start());
    hooked.runsOnceWithGatewaysNode();
  });
  await check('the first turn has a box that says what happened', () => hooked.showsTurn('hfirst'));
  await check('the watcher survives a restart of the gateway and is not doubled', async () => {
    const before = hooked.watchers;
    await hooked.gatewaySays(/live-status is already running \(pid \d+\)/, () => restart(rig));
    same(hooked.watchers, before);
  });
  await check('two restarts in quick succession start one watcher where none runs', async () => {
    await hooked.says(['stop'], 0, 'stopped');
    await restart(rig);
    await hooked.gatewaySays(/live-status is (already )?running \(pid \d+\)/, () => restart(rig));
    await sleep(SECOND_MS);
    hooked.runsOnceWithGatewaysNode();
  });
  await check('the next turn has a box, too', () => hooked.showsTurn('hsecond'));
  const { olderNodePath } = rig.plan.installation;
  if (olderNodePath !== undefined) await tryOlderNode(check, rig, hooked, olderNodePath);
  await check('it is removed', () => hooked.remove());
}

type Check = (name: string, act: () => Promise<void>) => Promise<boolean>;

/** Where the gateway's Node is too old, the one is taken that has installed the hook. */
async function tryOlderNode(check: Check, rig: Rig, hooked: Hooked, olderNodePath: string): Promise<void> {
  await check('a Node of the gateway that is too old is not used', async () => {
    await hooked.says(['stop'], 0, 'stopped');
    await hooked.gatewaySays(/live-status is running \(pid \d+\)/, () => restart(rig, olderNodePath));
    hooked.runsOnceWithGatewaysNode();
  });
  await check('without another one it says which it needs', async () => {
    await hooked.says(['stop'], 0, 'stopped');
    hooked.forgetNode();
    await hooked.gatewaySays(/not started: it needs Node 22\.22 or newer/, () => restart(rig, olderNodePath));
    same(hooked.watchers, []);
  });
}

async function restart({ gateway }: Rig, nodePath?: string): Promise<void> {
  await gateway.stop('SIGTERM');
  await gateway.start(nodePath);
}

/** One gateway with the hook in it. */
class Hooked {
  readonly #rig: Rig;
  readonly #program: PackedProgram;
  readonly #env: NodeJS.ProcessEnv;
  readonly #bot = botNamed(HOOKED);

  constructor(rig: Rig, program: PackedProgram) {
    const { installation } = rig.plan;
    const env = openClawEnvironment(installation);
    this.#rig = rig;
    this.#program = program;
    this.#env = { ...env, PATH: `${join(dirname(installation.entry), '../.bin')}:${env['PATH']}` };
  }

  get watchers(): number[] {
    return this.#program.watchers;
  }

  /** As a person does it who reads what it says. */
  async install(): Promise<void> {
    const { text } = await this.says(['hook', 'install'], CONFIG_MISSING, 'MM_URL is missing');
    if (!text.includes('It is switched on')) throw new Error(text);
    const [, file = ''] = /Set in (\S+),/.exec(text) ?? [];
    const { gateway, room, plan } = this.#rig;
    const settings = {
      MM_URL: room.server.url,
      MM_TOKEN: this.#bot.token,
      HEALTH_PORT: await freePort(),
      ...(plan.installation.transcripts === 'files' ? { TRANSCRIPT_DIR: gateway.agentsDir } : {}),
    };
    const lines = Object.entries(settings).map((pair) => `${pair.join('=')}\n`);
    appendFileSync(file, lines.join(''));
    await this.says(['hook', 'status'], 0, 'switched on; it starts');
  }

  /** As if it had been installed with a Node that is gone. */
  forgetNode(): void {
    const path = join(this.#folder, 'place.json');
    const { program } = JSON.parse(readFileSync(path, 'utf8')) as { program: string };
    writeFileSync(path, JSON.stringify({ program }));
  }

  async remove(): Promise<void> {
    await this.says(['stop'], 0, this.watchers.length === 0 ? 'not running' : 'stopped');
    await this.says(['hook', 'remove'], 0, 'The hook is removed');
    if (existsSync(this.#folder)) throw new Error(`${this.#folder} is still there.`);
  }

  /** Runs a command, which has to end with a code and to say words. */
  async says(args: readonly string[], code: number, words: string): Promise<Said> {
    const said = await this.#program.command(args, this.#env);
    if (said.code === code && said.text.includes(words)) return said;
    throw new Error(`live-status ${args.join(' ')} ended with ${String(said.code)} instead of ${code}, "${words}":\n${said.text}`);
  }

  /** The hook's line in what the gateway prints from now on. */
  async gatewaySays(words: RegExp, act: () => Promise<void>): Promise<void> {
    const { gateway } = this.#rig;
    const before = gateway.output.length;
    await act();
    const lines = (): string[] =>
      gateway.output
        .slice(before)
        .split('\n')
        .filter((line) => line.includes(HOOK));
    await until(`the hook says ${String(words)}`, () => lines().some((line) => words.test(line)), { detail: () => lines().join('\n') });
  }

  runsOnceWithGatewaysNode(): void {
    const programs = this.watchers.map((pid) => realpathSync(`/proc/${pid}/exe`));
    same(programs, [realpathSync(this.#rig.plan.installation.nodePath)]);
  }

  async showsTurn(scenario: string): Promise<void> {
    await this.#rig.pluginListens();
    await boxTellsTruth(this.#rig, { bot: this.#bot }, await asks(this.#rig, 'chat', scenario), DONE);
  }

  get #folder(): string {
    return join(this.#rig.gateway.stateDir, 'hooks', HOOK);
  }
}

function same(seen: readonly unknown[], wanted: readonly unknown[]): void {
  if (JSON.stringify(seen) !== JSON.stringify(wanted)) throw new Error(`expected ${JSON.stringify(wanted)}, seen ${JSON.stringify(seen)}`);
}
