// A report of a watcher that is well, but for folders that it cannot read and a breaker that tries.

import { reportOf } from '../health/report.ts';

export const healthyReport = reportOf({
  sources: [
    { name: 'transcripts', condition: { state: 'readable' }, wasRead: true, unknownKinds: {}, problems: {} },
    {
      name: 'codex',
      condition: { state: 'impaired', because: 'two folders cannot be read' },
      wasRead: true,
      unknownKinds: {},
      problems: {},
    },
  ],
  sink: { breaker: 'half_open', lastSuccessAt: 1 },
});
