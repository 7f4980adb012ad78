import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../src/cli/catalogue.ts';
import type { Command, OptionValues } from '../../../src/cli/command.ts';
import { type Catalogue, dispatch } from '../../../src/cli/dispatch.ts';

async function run(args: string[]) {
  const calls: { name: string; values: OptionValues }[] = [];
  const out: string[] = [];
  const err: string[] = [];
  const command = async (name: string): Promise<Command> => ({
    name,
    summary: `does ${name}`,
    details: () => `All about ${name}.`,
    options: { file: { type: 'string', value: 'PATH', help: 'a file' }, fast: { type: 'boolean', help: 'faster' } },
    run: async (values) => {
      calls.push({ name, values: { ...values } });
      return 7;
    },
  });
  const catalogue: Catalogue = {
    commands: { start: () => command('start'), status: () => command('status') },
    renamed: { 'start-watcher': 'start' },
  };
  const code = await dispatch(args, catalogue, { env: {}, out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, calls, out: out.join('\n'), err: err.join('\n') };
}

describe('dispatch', () => {
  it('calls the command with its options and passes its exit code on', async () => {
    expect(await run(['start', '--file', 'x', '--fast'])).toEqual({
      code: 7,
      calls: [{ name: 'start', values: { file: 'x', fast: true } }],
      out: '',
      err: '',
    });
  });

  it.each([[['--help']], [['-h']], [['help']], [['help', '--help']]])('shows the list of commands for %s', async (args) => {
    const { code, out, err } = await run(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/start {3}does start\n {2}status {2}does status/);
  });

  it('shows a version', async () => {
    const { code, out } = await run(['--version']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  });

  it.each([[['start', '--fast', '--help']], [['help', 'start']]])('shows the help of a command instead of running it: %s', async (args) => {
    const { code, out, calls } = await run(args);
    expect({ code, calls }).toEqual({ code: 0, calls: [] });
    for (const text of ['Usage: live-status start [options]', 'Does start.', 'All about start.', '--file PATH', 'faster'])
      expect(out).toContain(text);
  });

  it.each<[string[], RegExp]>([
    [[], /Usage:/],
    [['strat'], /unknown command "strat"; did you mean start\?/],
    [['nonsense'], /unknown command "nonsense"\n/],
    [['constructor'], /unknown command/],
    [['--hlep'], /unknown option "--hlep"; did you mean --help\?/],
    [['start', '--slow'], /live-status start: Unknown option '--slow'/],
    [['start', 'now'], /live-status start: Unexpected argument 'now'/],
    [['start', '--file'], /--file/],
    [['start', '--fast=1'], /--fast/],
  ])('refuses %j with exit code 64 and a hint', async (args, message) => {
    const { code, calls, out, err } = await run(args);
    expect({ code, calls, out }).toEqual({ code: 64, calls: [], out: '' });
    expect(err).toMatch(message);
    expect(err).toContain('--help');
  });

  it('passes an old name on to the new one and says that it is deprecated', async () => {
    const { code, calls, out, err } = await run(['start-watcher', '--fast']);
    expect({ code, calls, out }).toEqual({ code: 7, calls: [{ name: 'start', values: { fast: true } }], out: '' });
    expect(err).toBe('live-status start-watcher is deprecated and will go away; use live-status start.');
  });
});

describe('the catalogue', () => {
  const { commands, renamed } = createCatalogue(() => Promise.reject(new Error('not loaded in this test')));

  it('has the documented commands, and its old names lead to commands', () => {
    expect(Object.keys(commands)).toEqual(expect.arrayContaining(['run', 'start', 'stop', 'status', 'config']));
    for (const name of Object.values(renamed)) expect(Object.keys(commands)).toContain(name);
  });

  it('loads each command under its own name', async () => {
    for (const [name, load] of Object.entries(commands)) expect((await load()).name).toBe(name);
  });

  it('documents the exit codes of every command', async () => {
    for (const load of Object.values(commands)) expect((await load()).details()).toContain('Exit codes: 0 ');
  });
});
