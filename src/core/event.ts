// The events that sources emit: one event is one fact about one session, in the past tense.

/**
 * Who reads a conversation, as far as that is proven. What is not known to be public is private.
 * - `public`: its key or its row says that it is a group, a channel, a room or a scheduled run.
 * - `own`: the agent's own session: public as long as no person's chat set the turn going.
 * - `direct`: one person talks to the agent.
 * - `unknown`: nothing proves either.
 * - `disputed`: its key, its rows and its lines contradict each other.
 */
export type Audience = 'public' | 'own' | 'direct' | 'unknown' | 'disputed';

/** Where a session's conversation lives, as far as the source knows. Read it with `homeOf`, which considers the turn's trigger, too. */
export type Route =
  /** With `otherwise` it is only where the last message went: turns from elsewhere have that audience instead. */
  | { kind: 'channel'; channelId: string; rootId?: string; otherwise?: Audience }
  /** With `moves` it is only the person of the last message. */
  | { kind: 'direct'; userId?: string; channelId?: string; moves?: true }
  /** Not Mattermost, or nobody knows where: another messenger, the web chat, an operator. */
  | { kind: 'elsewhere'; audience: Audience };

/** What set a turn going. `announce` and `recovery` continue an earlier turn, the others open a new one. */
export type Trigger =
  /** `chat`: the kind of conversation that the line itself names. */
  | { kind: 'person'; postId?: string; rootId?: string; userId?: string; chat?: 'direct' | 'group' }
  | { kind: 'operator' }
  | { kind: 'schedule'; jobId?: string; name?: string }
  | { kind: 'heartbeat' }
  | { kind: 'command' }
  | { kind: 'parent' }
  | { kind: 'announce'; childSessionId?: string; childKey?: string }
  /** `promptId`: the message that is tried again, where the source names it. */
  | { kind: 'recovery'; promptId?: string }
  | { kind: 'unknown' };

/** Tokens and cost of one model call. `costUsd` is in US dollars. */
export interface Usage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  costUsd: number;
}

/** How one tool call ended. `detail` is redacted, one line, short. */
export type CallOutcome =
  | { kind: 'ok'; durationMs?: number }
  | { kind: 'failed'; exitCode?: number; detail?: string; durationMs?: number }
  | { kind: 'aborted' }
  /** The command runs on after its call; `handle` names it until `background_ended`. */
  | { kind: 'background'; handle: string };

/**
 * How one run of an agent ended. `released`: it gave the work back; `cancelled`: somebody called it off; `rejected`: it was not accepted;
 * `stopped`: a limit stopped it, which `reason` names.
 */
export type RunOutcome =
  | 'done'
  | 'failed'
  | 'aborted'
  | 'timed_out'
  | 'lost'
  | 'yielded'
  | 'released'
  | 'cancelled'
  | 'rejected'
  | 'stopped';

/** What a turn waits for: leave to do something, words, a judgement of what was done, or leave to go on to the next stage. */
export type WaitsOn = 'approval' | 'answer' | 'review' | 'gate';

/** How a wait ended. `allowed`: once or always, which is not told; `answered`: how is not told; `ended`: without an answer. */
export type WaitOutcome = 'allowed' | 'allowed_once' | 'allowed_always' | 'denied' | 'expired' | 'answered' | 'ended';

/** How much a note matters to people. */
export type Severity = 'info' | 'warning' | 'critical';

/** Why an assistant message stopped: `tools` means the run goes on. */
export type MessageStop = 'tools' | 'stop' | 'length' | 'error' | 'aborted';

interface Common {
  /** The name its source has for the session. Only the source reads it; all that others need comes with `session_seen`. */
  sessionKey: string;
  /** When it happened, by the source's clock, milliseconds since the epoch. */
  at: number;
  /** The id of the source that emits it; `daemon` for our own conclusions. */
  source: string;
  /** The source says when each run begins and ends, by name (`SourceCapabilities`). */
  namesRuns?: true;
}

/** All text inside events is already redacted; it is still hostile and must pass the renderer's neutralising. */
export type SessionEvent = Common &
  (
    | {
        /** Emitted before any other event of a session, and again when something in it is new or may have been forgotten. */
        type: 'session_seen';
        agentId: string;
        /**
         * Where its work lives, such as `claude-code:/home/dev/shop`: the source, then the folder of the main repository. A session with
         * an address goes where a rule of `ROUTES` sends it, or nowhere; its source emits no `route`.
         */
        address?: string;
        /** Its source says when a turn is lost (`SourceCapabilities`), so silence ends none. The wiring adds it. */
        tellsLoss?: true;
        /** It belongs in the box of the turn that spawned it, even while its parent is not known. */
        isSubAgent?: true;
        /** A scheduled job set it up: where that delivers may be known late. */
        isScheduled?: true;
        sessionId?: string;
        parentKey?: string;
        label?: string;
        /** What its box is called when that is not the name of an agent: `T-001 node-a`. */
        title?: string;
        route?: Route;
        model?: string;
        contextTokens?: number;
        contextWindow?: number;
        /** This gateway sends runs and text only, and there is no other source: tools and sub-agents cannot be known. */
        toolsUntold?: boolean;
      }
    | {
        type: 'turn_started';
        trigger: Trigger;
        messageId?: string;
        runId?: string;
        /** The text of a person's message; only there when a rule of the coordinator needs it, and never stored. */
        text?: string;
      }
    | { type: 'run_started'; runId: string }
    /** `takesBack`: the same source had emitted a stronger outcome of this run, which was wrong. */
    | { type: 'run_ended'; outcome: RunOutcome; runId?: string; reason?: string; takesBack?: boolean }
    /**
     * Something is at work though nothing new is readable: a lock file, a running row. Trusted until `until`. `since` is when it began:
     * one that began before its turn ended was left behind, and is no sign of another turn. `renewedAt` is when its owner last renewed
     * it: one that is older than a loss does not revoke the loss. With `isRun` false it may be housekeeping, which begins no turn. With
     * `handle` it is that background command, and only a sign of the turn that started it.
     */
    | { type: 'busy_seen'; until: number; since?: number; renewedAt?: number; isRun?: boolean; handle?: string }
    /** The owner released the transcript in the middle of a run and does nothing more: calls in progress are cut off. */
    | { type: 'calls_abandoned' }
    /** The sign of life went away; `crashed` when its owner is known to be dead, `isSaid` when later lines say how its run ended. */
    | { type: 'busy_cleared'; crashed: boolean; isSaid?: true }
    | {
        type: 'message';
        messageId: string;
        /** Visible text, redacted; absent for silent replies. */
        text?: string;
        stop: MessageStop;
        /** Written by the gateway itself (delivery mirror, command answer): shown, but neither opens nor ends a run. */
        injected?: boolean;
        reason?: string;
        model?: string;
        usage?: Usage;
        runId?: string;
      }
    /** A model call failed and will be, or may be, tried again. */
    | { type: 'retry_scheduled'; attempt?: number; reason: string; nextAt?: number; runId?: string }
    | {
        type: 'tool_started';
        callId: string;
        tool: string;
        args: Record<string, string>;
        /** Redacted arguments that only rules of the coordinator may look at: never folded, drawn, stored or logged. */
        hidden?: Record<string, string>;
        parentCallId?: string;
        runId?: string;
      }
    | { type: 'tool_ended'; callId: string; tool?: string; outcome: CallOutcome }
    /**
     * With `isPart` its source knows only how the key begins. With `isWorker` it is a session of its own that works for the turn, which does
     * not wait for it.
     */
    | { type: 'child_spawned'; callId: string; childKey: string; isPart?: true; isWorker?: true; label?: string }
    /** The turn is drawn in the box of that session's turn, for which it works. It stays there. */
    | { type: 'turn_hosted'; hostKey: string }
    | { type: 'background_ended'; handle: string; exitCode?: number }
    | {
        type: 'waiting_started';
        waitId: string;
        on: WaitsOn;
        text?: string;
        /** The wait is for that call and ends with it. */
        callId?: string;
        /** After that nobody waits any more, with or without an event. */
        until?: number;
        /** Who may answer, in words for people. */
        who?: string;
        /** Lines to copy in order to answer. */
        copy?: string[];
        /** Where to answer. */
        link?: string;
      }
    /** `by`: who answered, where that is known. */
    | { type: 'waiting_ended'; waitId: string; outcome?: WaitOutcome; by?: string }
    | { type: 'plan_changed'; steps: { step: string; status: 'pending' | 'in_progress' | 'completed' }[] }
    /**
     * How much of something the turn has used: money, tokens, time. Without `of` there is no limit; near a limit the box turns amber, then red,
     * so what should be reached is no meter but a plan. A turn keeps a few, by their names.
     */
    | { type: 'meter_changed'; name: string; used: number; of?: number; unit?: string }
    /**
     * One line about the turn; the same `noteId` replaces it. `at` is when it began to be true, so that a note about silence is no
     * activity.
     */
    | { type: 'noted'; noteId: string; text: string; severity: Severity }
    | { type: 'note_removed'; noteId: string }
    /** Facts that only rules of the coordinator may look at: never folded, drawn, stored or logged. */
    | { type: 'observed'; what: string; facts: Record<string, string> }
    | { type: 'compacted' }
    /** The file vanished or the gateway restarted: how the open runs ended is not known. By a reset (`/new`) a person ended them. */
    | { type: 'source_lost'; by?: 'reset' }
    | { type: 'clock_ticked' }
    /** The wall clock was set, or the machine slept: all instants shift by `byMs`, so that no deadline passes unobserved. */
    | { type: 'clock_jumped'; byMs: number }
    /** The source has another clock than was assumed: its earlier events happened `byMs` later. Our clock is unchanged. */
    | { type: 'writer_clock_learned'; byMs: number }
    | { type: 'watcher_stopped' }
  );

export type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;
