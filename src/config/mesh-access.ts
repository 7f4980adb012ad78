// Whether and how a mesh is watched: by its bus, else by its dashboard; and its workspace on this machine.

import { type BusAccess, busAccess, type BusProblem, busProblems, type BusSettings, setTwice } from './bus-access.ts';
import { isExposed } from './server-url.ts';
import { settings as table } from './settings.ts';

export interface MeshSettings extends BusSettings<'meshNats'> {
  meshSseUrl?: string | undefined;
  openclawNodeDir?: string | undefined;
}

export interface MeshAccess {
  readonly nats?: BusAccess;
  readonly sseUrl?: string | undefined;
  readonly folder?: string | undefined;
}

export type MeshChoice =
  | { readonly access: MeshAccess; readonly why: string }
  | { readonly why: string }
  | { readonly problems: readonly BusProblem[] };

/** `isNamed`: SOURCES names the mesh. */
export function meshOf(settings: MeshSettings, isNamed: boolean): MeshChoice {
  const { meshNatsUrl: url, meshSseUrl: sseUrl, openclawNodeDir: folder } = settings;
  const isSet = url !== undefined || sseUrl !== undefined || folder !== undefined;
  const problems = [...busProblems('meshNats', settings), ...wrongDashboard(settings), ...(isNamed && !isSet ? [missing()] : [])];
  if (problems.length > 0) return { problems };
  if (!isSet) return { why: `${table.meshNatsUrl.variable} is not set` };
  const places = [url ?? sseUrl, folder].filter((place) => place !== undefined);
  return {
    access: { ...(url === undefined ? {} : { nats: busAccess('meshNats', settings, url) }), sseUrl, folder },
    why: places.join(' and '),
  };
}

function wrongDashboard({ meshNatsUrl, meshSseUrl, allowPlaintext }: MeshSettings): BusProblem[] {
  if (meshSseUrl === undefined) return [];
  const wrong = 'would read over plain http from another machine';
  const exposed = { variable: table.meshSseUrl.variable, wrong, expected: 'https, or ALLOW_PLAINTEXT=1 if you accept that' };
  return [
    ...(meshNatsUrl === undefined ? [] : [setTwice('meshSseUrl', 'meshNatsUrl')]),
    ...(allowPlaintext !== true && isExposed(meshSseUrl) ? [exposed] : []),
  ];
}

function missing(): BusProblem {
  const { variable, form } = table.meshNatsUrl;
  return { variable, wrong: 'is missing', expected: `${form.expected}; or MESH_SSE_URL or OPENCLAW_NODE_DIR` };
}
