// How well the mesh is heard, for health.

export type LinkState =
  | { readonly state: 'connecting' }
  /** `because`: what cannot be read beside what can. */
  | { readonly state: 'heard'; readonly because?: string | undefined }
  | { readonly state: 'away'; readonly because: string };

/** One way to the mesh. */
export interface MeshLink {
  start(): void;
  stop(): Promise<void>;
  readonly state: LinkState;
  readonly reconnects: number;
}

const LEAST_MS = 500;
const MOST_MS = 30_000;

/** The wait before the next attempt: longer after each failure, with jitter, so that many watchers do not come back at once. */
export function backOffMs(failures: number, random: () => number): number {
  const grown = Math.min(MOST_MS, LEAST_MS * 2 ** Math.min(failures, 10));
  return grown * (0.5 + random() / 2);
}
