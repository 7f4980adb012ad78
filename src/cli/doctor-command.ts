// `live-status doctor`: checks everything a watcher needs, and prints for each the result and what to do.

import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { problemLine, readConfig } from '../config/config.ts';
import { errorText } from '../core/error-code.ts';
import { checkGateway, checkOpenClaw, checkTranscripts } from './doctor/agents.ts';
import { checkCodingAgents } from './doctor/coding-agents.ts';
import { checkChatServer, type ChatServer, openChatServer } from './doctor/chat-server.ts';
import { fail, type Finding, ok } from './doctor/finding.ts';
import { checkFleet } from './doctor/fleet-bus.ts';
import { checkHook, checkNode, checkRunning, checkService, checkStateDir } from './doctor/this-machine.ts';
import type { CliContext, Command, OptionValues } from './command.ts';
import { exitCodes } from '../process/exit-codes.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'check everything a watcher needs, and say what to do',
  details: () =>
    [
      'One line for each thing: OK, WARN or FAIL, what was found, and what to do. Nothing is changed; with --post one box is written to',
      'DEFAULT_CHANNEL (or --channel), edited, and removed again.',
      '',
      'Exit codes: 0 nothing failed, 1 something did.',
    ].join('\n'),
  options: {
    json: { type: 'boolean', help: 'print the findings as JSON' },
    post: { type: 'boolean', help: 'write, edit and remove one box' },
    channel: { type: 'string', value: 'CHANNEL', help: 'where --post writes: an id or team/channel' },
  },
  run: (values, context) => examine(values, context),
};

async function examine(values: OptionValues, context: CliContext): Promise<number> {
  const findings = await findingsOf(values, context);
  if (values['json'] === true) context.out(JSON.stringify(findings, undefined, 2));
  else for (const line of linesOf(findings)) context.out(line);
  return findings.some(({ level }) => level === 'fail') ? exitCodes.failed : exitCodes.ok;
}

async function findingsOf(values: OptionValues, { env, envFile }: CliContext): Promise<Finding[]> {
  const result = readConfig(env);
  const machine = [checkNode(process.version), checkHook(env), checkService(env), ...(await checkOpenClaw(env))];
  if (result.kind === 'wrong') {
    const cure = `set it in the environment or in ${envFile ?? 'an environment file'}; live-status config --help explains it`;
    return [...machine, ...result.problems.map((found) => fail('configuration', problemLine(found), cure))];
  }
  const { config } = result;
  const configuration = ok('configuration', envFile === undefined ? 'from the environment' : `from the environment and ${envFile}`);
  return [
    ...machine,
    configuration,
    checkStateDir(config.stateDir),
    ...(await checkRunning(env, config.healthHost, config.healthPort)),
    ...(await checkOpenClawSources(config)),
    ...(await checkCodingAgents(config)),
    ...(await checkFleet(config)),
    ...(config.role === 'watcher' ? [] : await checkChat(config, values)),
  ];
}

/** Where only coding agents are watched, nothing of OpenClaw is missing. */
async function checkOpenClawSources(config: Config): Promise<Finding[]> {
  const { ids } = config.chosen;
  const hasTranscripts = ids.includes('transcripts');
  if (!hasTranscripts && !ids.includes('gateway')) return [];
  return [...(await checkTranscripts(hasTranscripts ? config.transcriptDir : undefined, config.sessionsJson)), await checkGateway(config)];
}

async function checkChat(config: Config, values: OptionValues): Promise<Finding[]> {
  const chat = openChatServer(config);
  try {
    const findings = await checkChatServer(config, chat);
    const isWell = findings.every(({ level }) => level !== 'fail');
    return values['post'] === true && isWell ? [...findings, await tryPost(config, chat, values['channel'])] : findings;
  } finally {
    await chat.close();
  }
}

/** Writes, edits and removes one box, like a watcher. */
async function tryPost({ defaultChannel }: Config, { sink, remove }: ChatServer, named: OptionValues[string]): Promise<Finding> {
  const fallback = defaultChannel?.kind === 'id' ? defaultChannel.id : `${defaultChannel?.team}/${defaultChannel?.channel}`;
  if (typeof named !== 'string' && defaultChannel === undefined)
    return fail('post', 'there is no channel to write to', 'name one with --channel, or set DEFAULT_CHANNEL');
  try {
    const { channelId } = await sink.resolveChannel(typeof named === 'string' ? named : fallback);
    const body = (title: string) => ({ message: '', props: { attachments: [{ title, fallback: title, color: '#808080' }] } });
    const { userId } = await sink.identify();
    const draft = { ...body('[ACTIVE] live-status doctor'), target: { channelId }, pendingPostId: `${userId}:${randomUUID()}` };
    const { postId } = await sink.create(draft);
    await sink.edit(postId, { props: body('[DONE] live-status doctor').props });
    await remove(postId);
    return ok('post', `a box was written, edited and removed in channel ${channelId}`);
  } catch (error) {
    return fail('post', errorText(error), 'see that the bot is a member of the channel and may post and edit there');
  }
}

function linesOf(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ about }) => about.length));
  return findings.map(({ level, about, says, cure }) => {
    const line = `${level.toUpperCase().padEnd(4)}  ${about.padEnd(width)}  ${says}`;
    return cure === undefined ? line : `${line} -> ${cure}`;
  });
}
