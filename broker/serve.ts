import type { Server } from 'node:https';
import type { FastifyInstance } from 'fastify';
import type { CertificateSource } from '../certs/source.ts';
import type { TrustSource } from '../certs/trust-source.ts';
import type { InstallFile } from '../lib/broker/install-file.ts';
import type { Clock } from '../lib/clock.ts';
import type { ObjectCache } from '../lib/kube/cache.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import type { Logger } from '../lib/log.ts';
import type { ServerRules } from '../lib/stores/named-servers.ts';
import { AccessControl } from './access/access.ts';
import { followObjects } from './access/objects.ts';
import type { Audit } from './audit.ts';
import type { Rate } from './core/token-bucket.ts';
import { Feeds, type FeedLimits } from './feed/feeds.ts';
import type { ConnectionLimits } from './http/connections.ts';
import { buildServer, type ServerTimeouts } from './http/server.ts';
import { Identities } from './identity/identities.ts';
import type { BrokerMetrics } from './metrics.ts';
import { Outflow } from './outflow.ts';
import { RequestRate } from './request-rate.ts';
import type { Upstream } from './upstream/upstream.ts';

export interface BrokerOptions {
  readonly connection: KubeConnection;
  readonly cache: ObjectCache;
  readonly certificate: CertificateSource;
  readonly trust: TrustSource;
  readonly install: Pick<InstallFile, 'current' | 'onChange'>;
  readonly servers: ServerRules;
  readonly checkPeerAddress: boolean;
  readonly upstream: Upstream;
  readonly metrics: BrokerMetrics;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly limits?: Partial<BrokerLimits>;
}

export interface BrokerLimits {
  readonly rate: Rate;
  readonly feeds: FeedLimits;
  readonly timeouts: ServerTimeouts;
  readonly connections: ConnectionLimits;
}

/** Of a namespace. Each pod asks for all that it needs twice when it starts and when its feed has ended, after some minutes. */
const defaultRate: Rate = { perSecond: 2_000, burst: 40_000 };
/** Feeds, and room for those who come to read. From one address a tenth: a node's own has all its pods on the host's network behind it. */
const defaultConnections: ConnectionLimits = { total: 12_000, ofPeer: 1_200 };
const mebibyte = 2 ** 20;
const outflowLimits = { total: 64 * mebibyte, ofOne: 16 * mebibyte };

/** The broker's parts, put together. */
export interface Broker {
  readonly server: FastifyInstance<Server>;
  readonly feeds: Feeds;
  /** Counts the changes of what decides who may have what. */
  readonly generation: number;
  /** Ends what goes on beside the server, which has been closed. */
  stop(): Promise<void>;
}

/** Puts the broker together; its server is ready to listen. */
export const makeBroker = (options: BrokerOptions): Broker => {
  const { connection, cache, trust, install, servers, checkPeerAddress } = options;
  const { upstream, metrics, clock, random, log, limits } = options;
  const objects = followObjects(cache, install);
  const feeds = new Feeds({
    objects,
    trust,
    clock,
    random,
    log,
    ...(limits?.feeds && { limits: limits.feeds }),
  });
  metrics.watchFeeds(() => feeds.size);
  const identities = new Identities({
    connection,
    clock,
    log,
    checkPeerAddress,
    onReview: metrics.tokenReview,
  });
  const connections = limits?.connections ?? defaultConnections;
  const server = buildServer({
    certificate: options.certificate,
    identities,
    access: new AccessControl({ objects, install: install.current, servers }),
    upstream,
    feeds,
    outflow: new Outflow(outflowLimits),
    rate: new RequestRate(limits?.rate ?? defaultRate, clock),
    audit: options.audit,
    metrics,
    clock,
    log,
    // Where a caller's address may be another one than its pod's, it may be that of many pods.
    connections: checkPeerAddress ? connections : { ...connections, ofPeer: undefined },
    ...(limits?.timeouts && { timeouts: limits.timeouts }),
  });
  return {
    server,
    feeds,
    get generation() {
      return objects.generation;
    },
    stop: async () => {
      await feeds.stop();
      identities.stop();
      objects.stop();
      await upstream.close();
    },
  };
};
