// Three real nats-servers that keep everything three times.

import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { freePort } from '../../src/demo/free-port.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';

const SERVERS = 3;

export class NatsCluster {
  readonly servers: readonly NatsServer[];

  private constructor(servers: readonly NatsServer[]) {
    this.servers = servers;
  }

  static async start(): Promise<NatsCluster> {
    const ports = await Promise.all(Array.from({ length: SERVERS }, () => freePort()));
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
    const configOf = (index: number): string =>
      `server_name: bus-${index}\ncluster { name: fleet, listen: "127.0.0.1:${ports[index]}", routes: [${routes}] }`;
    const servers = await Promise.all(ports.map((_, index) => NatsServer.start({ config: configOf(index) })));
    const cluster = new NatsCluster(servers);
    await until('the cluster has chosen who leads', () => cluster.#leads());
    return cluster;
  }

  get url(): string {
    return this.servers.map(({ url }) => url).join(',');
  }

  /** The server that leads a stream. */
  async leaderOf(stream: string): Promise<NatsServer> {
    const connection = await connect({ servers: this.url.split(',') });
    try {
      const { cluster } = await (await jetstreamManager(connection)).streams.info(stream);
      const leader = this.servers[Number(cluster?.leader?.split('-')[1])];
      if (leader === undefined) throw new Error(`nobody leads ${stream}`);
      return leader;
    } finally {
      await connection.close();
    }
  }

  async #leads(): Promise<boolean> {
    const connection = await connect({ servers: this.url.split(',') });
    try {
      const { streams } = await (await jetstreamManager(connection)).getAccountInfo();
      return streams >= 0;
    } catch {
      return false;
    } finally {
      await connection.close();
    }
  }
}
