// Keeps the scheduled jobs: their names and where they deliver.

import type { Route } from '../../../core/event.ts';
import { deliveryOf } from '../decoding/index-entry.ts';
import { asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { routeOf } from '../decoding/route.ts';
import { rowAudience } from '../decoding/row-audience.ts';
import type { SafeText } from '../decoding/safe-text.ts';

export interface Job {
  jobId: string;
  name?: string;
  /** Where the results go, and so who may read the run. Undefined for jobs that deliver nowhere. */
  route?: Route;
}

const MAX_JOBS = 1_000;
const MAX_NAME_POINTS = 80;

export class Jobs {
  readonly #safe: SafeText;
  readonly #jobsById = new Map<string, Job>();

  constructor(safe: SafeText) {
    this.#safe = safe;
  }

  get(jobId: string | undefined): Job | undefined {
    return jobId === undefined ? undefined : this.#jobsById.get(jobId.toLowerCase());
  }

  /** Adds or updates the job of a `cron` event. */
  update(payload: JsonRecord): void {
    const jobId = this.#safe.id(payload['jobId']);
    const raw = asRecord(payload['job']);
    if (jobId === undefined) return;
    const known = this.get(jobId);
    const name = asText(raw?.['name']);
    const route = routeOfDelivery(asRecord(asRecord(payload['delivery'])?.['resolved']) ?? asRecord(raw?.['delivery'])) ?? known?.route;
    const job: Job = {
      jobId,
      ...(name === undefined ? (known?.name === undefined ? {} : { name: known.name }) : { name: this.#safe.line(name, MAX_NAME_POINTS) }),
      ...(route === undefined ? {} : { route }),
    };
    setBounded(this.#jobsById, jobId.toLowerCase(), job, MAX_JOBS);
  }
}

/** Reads `{ channel: 'mattermost', to: 'channel:<id>' }`. Some destinations become known only at the end of the run. */
function routeOfDelivery(delivery: JsonRecord | undefined): Route | undefined {
  if (asText(delivery?.['channel']) === undefined || delivery?.['mode'] === 'none') return undefined;
  const row = { deliveryContext: delivery };
  return routeOf('agent:main:cron:job', { delivery: deliveryOf(row), audience: rowAudience(row) }).route;
}
