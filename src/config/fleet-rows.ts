// The rows of the table of variables for a fleet: which part of it this process is, and the bus between the parts.

import { natsUrls } from './mesh-forms.ts';
import { serverWord } from './name-forms.ts';
import { choice, path } from './plain-forms.ts';
import { optional, setting } from './setting-rows.ts';

export const fleet = {
  role: setting(
    'ROLE',
    choice('both', 'watcher', 'publisher'),
    'both',
    'watches agents and writes their boxes; in a fleet, a watcher sends what it sees to a bus, and a publisher writes the boxes',
  ),
  fleetUrl: optional('FLEET_URL', natsUrls(), 'bus of a fleet, a nats-server from 2.11 on with JetStream'),
  fleetCreds: optional(
    'FLEET_CREDS',
    path('a .creds file'),
    'proves to the bus of the fleet who we are; read again at every attempt, as the next two are',
  ),
  fleetTokenFile: optional('FLEET_TOKEN_FILE', path('a file that contains the token'), 'file with the token of that bus, instead'),
  fleetUserFile: optional(
    'FLEET_USER_FILE',
    path('a file that contains user:password'),
    'file with a user of that bus and its password, instead',
  ),
  fleetCaFile: optional('FLEET_CA_FILE', path('a file with certificates'), 'certificates that that bus is trusted by, for TLS'),
  fleetCertFile: optional('FLEET_CERT_FILE', path('a certificate'), 'our certificate for that bus, where it asks for one'),
  fleetKeyFile: optional('FLEET_KEY_FILE', path('a private key'), 'the key of that certificate'),
  fleetServer: setting(
    'FLEET_SERVER',
    serverWord(),
    'main',
    'word for the chat server that the boxes are on, where a bus serves the fleets of several',
  ),
  fleetReplicas: setting(
    'FLEET_REPLICAS',
    choice('1', '3', '5'),
    '1',
    'how many servers of a cluster keep what a publisher stores on the bus: with 3 one may be lost',
  ),
} as const;
