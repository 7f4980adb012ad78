// What a recorded gateway answers to the questions of another client than the one that was recorded. Pure.

import type { Frame, Line } from './captures.ts';

interface Situation {
  recorded: readonly Line[];
  /** The instant of the replay. */
  now: number;
  /** Methods that were asked for on this connection, this one included. */
  asked: readonly string[];
}

export type Answers = (request: Frame, situation: Situation) => Omit<Frame, 'type'>;

const REFUSED = { ok: false, error: { code: 'INVALID_REQUEST', message: 'not recorded' } };
/** How protocol 3 says that there is no such method. */
const NO_METHOD = { ok: false, error: { code: 'INVALID_REQUEST', message: 'missing scope: operator.admin' } };
/** For captures that begin after the handshake. */
const HELLO = { protocol: 4, server: { version: '2026.9.6', bootId: 'boot-1' }, auth: { scopes: ['operator.read'] } };

/** For captures of a client like ours: what was answered to the same question last before now; to one that was asked later only, the first. */
export const asRecorded: Answers = (request, { recorded, now }) => {
  const questions = recorded.filter(({ dir, frame }) => dir === 'out' && isSameQuestion(frame, request));
  const question = questions.findLast(({ t }) => t <= now) ?? questions[0];
  return answersIn(recorded).find(({ id }) => id === question?.frame.id) ?? REFUSED;
};

function isSameQuestion(recorded: Frame, { method, params = {} }: Frame): boolean {
  if (recorded.method !== method) return false;
  switch (method ?? '') {
    case 'connect':
    case 'sessions.list':
      return true;
    case 'chat.history':
      return recorded.params?.['sessionKey'] === params['sessionKey'];
    default:
      return JSON.stringify(recorded.params) === JSON.stringify(params);
  }
}

/** For captures of a client that asked otherwise: what says the same, and else that all is well. */
export const asSent: Answers = (request, { recorded, asked }) => {
  const answers = answersIn(recorded);
  switch (request.method ?? '') {
    case 'connect':
      return answers.find(({ id }) => id === 'connect') ?? { ok: true, payload: HELLO };
    case 'sessions.subscribe':
      return (
        answers.find(({ payload }) => payload?.['subscribed'] === true && payload['list'] !== undefined) ?? {
          ok: true,
          payload: { subscribed: true },
        }
      );
    case 'sessions.list':
      // What the recorder asked for was what had changed; which sessions are at work stands in the subscription.
      if (request.params?.['activeMinutes'] === undefined) return { ok: true, payload: { sessions: [] } };
      return answers.find(({ payload }) => payload?.['sessions'] !== undefined) ?? { ok: true, payload: { sessions: [] } };
    case 'sessions.messages.subscribe':
      return { ok: true, payload: { subscribed: true, key: request.params?.['key'] } };
    case 'chat.history': {
      const histories = answers.filter(({ payload }) => payload?.['messages'] !== undefined);
      const nth = asked.filter((method) => method === 'chat.history').length - 1;
      return histories[nth] ?? { ok: false, error: { code: 'INVALID_REQUEST', message: 'unknown session' } };
    }
    default:
      return { ok: false, error: { code: 'INVALID_REQUEST', message: 'unknown method' } };
  }
};

/** A gateway that does not have these methods. */
export function lacking(methods: readonly string[], answers: Answers): Answers {
  return (request, situation) => (methods.includes(request.method ?? '') ? NO_METHOD : answers(request, situation));
}

function answersIn(recorded: readonly Line[]): Frame[] {
  return recorded.filter(({ dir, frame }) => dir === 'in' && frame.type === 'res').map(({ frame }) => frame);
}
