import type { Row } from '../contract.ts';
import { burst } from './burst.ts';
import { catchUp } from './catch-up.ts';
import { day } from './day.ts';
import { fleet } from './fleet.ts';
import { gatewayFrames } from './gateway-frames.ts';
import { hundredSessions } from './hundred-sessions.ts';
import { idle } from './idle.ts';
import { claudeCodeLatency, codexLatency, latency } from './latency.ts';
import { longTurn } from './long-turn.ts';
import { oldAgentSessions, oldAgentSessionsRouted } from './old-agent-sessions.ts';
import { oldTranscripts } from './old-transcripts.ts';
import { page, pageTabs, pageThousand } from './page.ts';
import { redaction } from './redaction.ts';
import { fiftySigns, tenSigns } from './signs.ts';
import { startUp } from './start-up.ts';
import { swarm } from './swarm.ts';
import { thousandSessions } from './thousand-sessions.ts';
import { urgentAtHundred, urgentAtThousand } from './urgent.ts';

/** All rows, in the order of the table. */
export const ROWS: readonly Row[] = [
  startUp,
  latency,
  claudeCodeLatency,
  codexLatency,
  idle,
  hundredSessions,
  thousandSessions,
  urgentAtHundred,
  urgentAtThousand,
  tenSigns,
  fiftySigns,
  catchUp,
  oldTranscripts,
  oldAgentSessions,
  oldAgentSessionsRouted,
  burst,
  redaction,
  swarm,
  fleet,
  gatewayFrames,
  page,
  pageTabs,
  pageThousand,
  longTurn,
  day,
];
