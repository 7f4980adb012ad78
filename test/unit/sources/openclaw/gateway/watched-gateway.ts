// One scripted gateway and the source that watches it, for the tests of a file; both end with their test.

import { onTestFinished } from 'vitest';
import { type Running, runSource } from './running-source.ts';
import { type Script, ScriptedGateway } from './scripted-gateway.ts';

export const MISSING_SCOPE = { code: 'INVALID_REQUEST', message: 'missing scope: operator.read' };
/** What a gateway says to a method it does not know. */
export const UNKNOWN_METHOD = { code: 'INVALID_REQUEST', message: 'missing scope: operator.admin' };

let gateway: ScriptedGateway | undefined;

export async function listen(script: Script): Promise<string> {
  const opened = new ScriptedGateway(script);
  onTestFinished(async () => {
    await opened.close();
    gateway = undefined;
  });
  gateway = opened;
  return opened.listen();
}

export async function serve(script: Script, options: Parameters<typeof runSource>[1] = {}): Promise<Running> {
  const running = await runSource(await listen(script), options);
  onTestFinished(() => running.source.stop());
  return running;
}

export function theGateway(): ScriptedGateway {
  if (gateway === undefined) throw new Error('there is no gateway');
  return gateway;
}

export const stateOf = ({ source }: Running) => source.details().state.state;
