// What is done with each program, and what really happens then. The same parts for both; the truth differs where the programs do.

import type { AgentRig } from './agent-rig.ts';
import { boxShows, boxTells, type Truth } from './box-checks.ts';
import { withOurHooks } from './part-hooks.ts';

export type Part = (rig: AgentRig) => Promise<void>;

/** What the calls of the scripts are called in a box. */
const TOOL = { 'claude-code': 'Bash', codex: 'exec' } as const;
const DONE = /^\[DONE\]/;
const ABORTED = /^\[ABORTED\]/;

function call(rig: AgentRig, command: string, outcome: RegExp): RegExp {
  return new RegExp(`${TOOL[rig.agent.source]}.*${command}.*${outcome.source}`);
}

/** Asks in the terminal that is open and compares when all is over. */
async function asked(rig: AgentRig, cue: string, truth: Truth): Promise<void> {
  await boxTells(rig, await rig.asks(cue), truth);
}

const WITHOUT_TERMINAL: Record<string, Part> = {
  'plain answer without a terminal': async (rig) =>
    boxTells(rig, await rig.prints('plain'), { title: DONE, lines: [/There are five items/], counts: ['plain'] }),
};

/** One conversation in one terminal. */
const IN_TERMINAL: Record<string, Part> = {
  'plain answer': (rig) => asked(rig, 'plain', { title: DONE, lines: [/There are five items/], counts: ['plain'] }),
  'tools, one fails': (rig) =>
    asked(rig, 'tools', {
      title: DONE,
      lines: [/I look first/, call(rig, 'echo five', /\[OK\]/), /Now the check/, call(rig, 'exit 3', /\[ERR exit 3\]/), /The check failed/],
      counts: ['tools'],
    }),
  'three tools at once': (rig) =>
    asked(rig, 'parallel', {
      title: DONE,
      lines: [
        /Three at once/,
        call(rig, 'echo one', /\[OK\]/),
        call(rig, 'echo two', /\[OK\]/),
        call(rig, 'exit 4', /\[ERR exit 4\]/),
        /All three ran/,
      ],
      counts: ['parallel'],
    }),
  'a sub-agent': (rig) =>
    asked(rig, 'agent', {
      title: DONE,
      lines: [/A helper counts/, /sub-agent/i, / +I count/, call(rig, 'echo 5', /\[OK\]/), / +There are five/, /The helper counted five/],
      counts: ['agent', 'suba'],
    }),
  'a command in the background': async (rig) => {
    const turn = await rig.asks('background');
    const shown = rig.agent.source === 'claude-code' ? [/It runs aside/, /It goes on/, /It is ready/] : [/It runs aside/, /It goes on/];
    await boxTells(rig, turn, { title: DONE, lines: shown, counts: ['background'] });
  },
  'permission asked and given': async (rig) => {
    const turn = await rig.asks('permission');
    if (rig.agent.source === 'claude-code') {
      await boxShows(rig, turn, /^\[WAITING\] approval/);
      await rig.terminal.answers(/Do you want to proceed/, 'Enter');
    } else {
      await rig.terminal.answers(/Would you like to run/, 'y');
    }
    await boxTells(rig, turn, {
      title: DONE,
      lines: [call(rig, 'mkdir -p shelf', /\[OK\]/), /The folder is there/],
      counts: ['permission'],
    });
  },
  'a question asked and answered': async (rig) => {
    if (rig.agent.source === 'codex') await rig.terminal.presses('BTab');
    const turn = await rig.asks('question');
    await boxShows(rig, turn, /^\[WAITING\] answer/);
    await rig.terminal.answers(/1\. EUR/, 'Enter');
    await boxTells(rig, turn, { title: DONE, lines: [/Euro it is/] });
    if (rig.agent.source === 'codex') await rig.terminal.presses('Escape', 'BTab');
  },
  'an interrupt while a command runs': async (rig) => {
    const turn = await rig.asks('sleep');
    await boxShows(rig, turn, /sleep 45/);
    await rig.terminal.presses('Escape');
    await boxTells(rig, turn, { title: ABORTED, lines: [/I wait for the scanner/], never: [/The scanner is done/] });
  },
  'errors of the model that pass': (rig) =>
    asked(rig, 'retry', { title: DONE, lines: [/It works after all/], counts: ['retry'], never: [/^\[ERROR\]/] }),
  compaction: async (rig) => {
    const before = rig.boxes.length;
    await rig.terminal.types('/compact');
    await rig.terminal.shows(/ompacted/);
    await asked(rig, 'plain', { title: DONE, lines: [/There are five items/], counts: ['plain'] });
    if (rig.boxes.length !== before + 1)
      throw new Error(
        `compaction made a box:\n${rig.boxes
          .slice(before)
          .map(({ title }) => title)
          .join('\n')}`,
      );
  },
  'an error of the model that stays': (rig) => asked(rig, 'refused', { title: /^\[ERROR\]/, lines: [], never: [/^\[DONE\]/] }),
  'killed in the middle of a command, then resumed': async (rig) => {
    const turn = await rig.asks('sleep');
    await boxShows(rig, turn, /sleep 45/);
    rig.killsProgram();
    await boxTells(rig, turn, { title: /^\[LOST\]/, lines: [/I wait for the scanner/] });
    await rig.opens(rig.agent.resumeArguments);
    await asked(rig, 'plain', { title: DONE, lines: [/There are five items/], counts: ['plain'] });
    if (rig.boxOf(turn)?.title.startsWith('[LOST]') !== true) throw new Error(`the lost turn became ${rig.boxOf(turn)?.title}`);
  },
  'our hooks: a wait and an end are told, the settings are as before': withOurHooks,
};

/** Why a part is not run with a program; nothing when it is. */
export function whyNot(part: string, { source }: AgentRig['agent']): string | undefined {
  return IN_TERMINAL[part] === withOurHooks && source !== 'claude-code' ? 'we have hooks for Claude Code alone' : undefined;
}

export const PARTS: Readonly<Record<string, Part>> = { ...WITHOUT_TERMINAL, ...IN_TERMINAL };
export const isInTerminal = (name: string): boolean => name in IN_TERMINAL;
