// What operators and outages do to the server and its accounts. Owns the token that stands in the watcher's file.

import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import type { StandIn } from '../../../src/stand-in/stand-in.ts';
import type { Network } from './network.ts';
import type { Step } from './story.ts';

type Change<D extends Step['do']> = Extract<Step, { do: D; change: string }>['change'];

const HARD_LIMIT = { perSecond: 2, burst: 4, by: 'address' } as const;
const EDIT_LIMIT_MS = 5_000; // shorter than most turns
const USUAL_LIMIT = { perSecond: 10, burst: 100, by: 'address' } as const;

export class Operator {
  tokenFile: string = SAMPLE.botToken;
  readonly #standIn: StandIn;
  readonly #network: Network;

  constructor(standIn: StandIn, network: Network) {
    this.#standIn = standIn;
    this.#network = network;
  }

  server(change: Change<'server'>): void {
    switch (change) {
      case 'restart':
        return this.#network.restartServer();
      case 'database_down':
        return this.#standIn.switches.database('down');
      case 'database_up':
        return this.#standIn.switches.database('up');
      case 'limit_hard':
        return this.#standIn.limitRate(HARD_LIMIT);
      case 'limit_usual':
        return this.#standIn.limitRate(USUAL_LIMIT);
      case 'edits_limited':
        return this.#standIn.switches.editTimeLimit(EDIT_LIMIT_MS);
      case 'edits_free':
        return this.#standIn.switches.editTimeLimit(undefined);
      default:
        return change satisfies never;
    }
  }

  token(change: Change<'token'>): void {
    const { switches } = this.#standIn;
    switch (change) {
      case 'disabled':
        return switches.disableToken(this.tokenFile);
      case 'enabled':
        return switches.enableToken(this.tokenFile);
      case 'rotated': {
        const old = this.tokenFile;
        this.tokenFile = `${old}-next`;
        switches.addToken(this.tokenFile, SAMPLE.botId);
        return switches.revokeToken(old);
      }
      default:
        return change satisfies never;
    }
  }

  channel(channelId: string, change: Change<'channel'>): void {
    const { switches } = this.#standIn;
    switch (change) {
      case 'leave':
        return switches.removeMember(channelId, SAMPLE.botId);
      case 'join':
        return switches.addMember(channelId, SAMPLE.botId);
      case 'archive':
        return switches.archiveChannel(channelId);
      case 'restore':
        return switches.restoreChannel(channelId);
      default:
        return change satisfies never;
    }
  }
}
