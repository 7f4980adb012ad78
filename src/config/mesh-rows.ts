// The rows of the table of variables for an openclaw-node mesh: its bus, its dashboard and its workspace.

import { dashboardUrl, natsUrls } from './mesh-forms.ts';
import { path } from './plain-forms.ts';
import { optional } from './setting-rows.ts';

export const mesh = {
  meshNatsUrl: optional('MESH_NATS_URL', natsUrls(), 'bus of an openclaw-node mesh whose tasks, plans and collaborations are watched'),
  meshNatsCreds: optional(
    'MESH_NATS_CREDS',
    path('a .creds file'),
    'proves to the bus who we are; read again at every attempt, as the next two are',
  ),
  meshNatsTokenFile: optional('MESH_NATS_TOKEN_FILE', path('a file that contains the token'), 'file with the token of the bus, instead'),
  meshNatsUserFile: optional(
    'MESH_NATS_USER_FILE',
    path('a file that contains user:password'),
    'file with a user of the bus and its password, instead',
  ),
  meshNatsCaFile: optional('MESH_NATS_CA_FILE', path('a file with certificates'), 'certificates that the bus is trusted by, for TLS'),
  meshNatsCertFile: optional('MESH_NATS_CERT_FILE', path('a certificate'), 'our certificate for the bus, where it asks for one'),
  meshNatsKeyFile: optional('MESH_NATS_KEY_FILE', path('a private key'), 'the key of that certificate'),
  meshSseUrl: optional('MESH_SSE_URL', dashboardUrl(), 'dashboard of the mesh, where its bus is not to be reached'),
  openclawNodeDir: optional(
    'OPENCLAW_NODE_DIR',
    path('a workspace folder'),
    'workspace of openclaw-node on this machine: its memory, notices and sessions',
  ),
} as const;
