import { followExpiry } from '../certs/expiry.ts';
import { aborted } from '../lib/aborted.ts';
import { buildAdmin } from '../lib/http/admin.ts';
import { followConnections } from '../lib/http/closing.ts';
import { listen } from '../lib/http/listen.ts';
import { findInBoth } from '../lib/kube/both-apis.ts';
import { pause } from '../lib/kube/backoff.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { readStore, type Store } from '../lib/stores/store.ts';
import { openAudit } from './audit.ts';
import { createMetrics, type BrokerMetrics } from './metrics.ts';
import { makeBroker, type Broker } from './serve.ts';
import { openSources, type BrokerRunOptions, type Sources } from './sources.ts';
import { openStores } from './stores/open.ts';
import { openUpstream } from './upstream/open.ts';
import type { Upstream } from './upstream/upstream.ts';

/** How long requests may go on after the shutdown delay, in milliseconds. */
const lastRequestsMs = 4_000;
/** The part of the shutdown delay in which feeds are ended, one after the other: what is left is for those that open others meanwhile. */
const endFeedsWithin = 0.6;

const clusterStore = ({ cache }: Sources, name: string): Store | undefined => {
  const manifest = findInBoth(cache, 'ClusterSecretStore', '', name);
  return manifest && readStore(manifest).store;
};

/** Opens the way to the stores. `reading` ends what is asked of the API server for them. */
const openReading = (
  sources: Sources,
  metrics: BrokerMetrics,
  reading: AbortSignal,
  options: BrokerRunOptions,
): Upstream => {
  const { config, replica, clock, random, log } = options;
  const stores = openStores({
    connection: sources.connection,
    own: { namespace: replica.namespace, name: replica.serviceAccount },
    install: sources.install.current,
    credentialsRoot: config.credentialsFolder,
    allowHttp: config.servers.allowHttp,
    clusterStore: (name) => clusterStore(sources, name),
    clock,
    log,
    record: metrics.providerRequest,
    signal: reading,
  });
  return openUpstream({ open: (store) => stores.open(store), clock, random, log, record: metrics.cache });
};

/** Serves until the signal aborts, and then for the shutdown delay. `onListen` is called as soon as it can be called. */
const serve = async (
  broker: Broker,
  { config, clock, log, signal }: BrokerRunOptions,
  onListen: () => void,
): Promise<void> => {
  const { server, feeds } = broker;
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (signal.aborted) void reply.header('connection', 'close');
    done();
  });
  const closing = followConnections(server, clock);
  log.info({ address: await listen(server, config.port) }, 'the broker listens');
  onListen();
  await aborted(signal);
  log.info({ delayMs: config.shutdownDelayMs }, 'asked to end; serving on for a while');
  feeds.endAll(config.shutdownDelayMs * endFeedsWithin);
  await pause(clock, config.shutdownDelayMs, new AbortController().signal);
  await feeds.stop();
  await closing.close(lastRequestsMs);
};

/**
 * Runs the broker until `signal` aborts, and then for the shutdown delay: agents may call a replica for some seconds after it has left the
 * Service. Errors are what nobody but the installer can put right.
 */
export const runBroker = async (options: BrokerRunOptions): Promise<Result<void, readonly string[]>> => {
  const { config, clock, log, signal } = options;
  const audit = openAudit({ target: config.auditLog, clock, log });
  if (!audit.ok) return err([audit.error]);
  let isReady = (): boolean => false;
  const metrics = createMetrics();
  const admin = buildAdmin({ registry: metrics.registry, isReady: () => isReady() });
  const closingAdmin = followConnections(admin, clock);
  log.info({ address: await listen(admin, config.adminPort) }, 'the admin server listens');
  const reading = new AbortController();
  try {
    const sources = await openSources(options);
    if (!sources.ok) return err(sources.error);
    const { connection, cache, certificates, install } = sources.value;
    followExpiry(certificates.certificate, metrics.registry);
    const broker = makeBroker({
      ...options,
      connection,
      cache,
      ...certificates,
      install,
      servers: config.servers,
      checkPeerAddress: config.checkPeerAddress,
      audit: audit.value,
      metrics,
      upstream: openReading(sources.value, metrics, reading.signal, options),
    });
    // Before that, every store would be one that is not there.
    await Promise.race([cache.whenSynced, aborted(signal)]);
    const tellReady = (): void => {
      isReady = () => cache.synced && certificates.certificate.ready && !signal.aborted;
    };
    if (!signal.aborted) await serve(broker, options, tellReady);
    await broker.stop();
    reading.abort();
    await Promise.all([cache.stop(), certificates.stop(), install.stop()]);
    return ok(undefined);
  } finally {
    await closingAdmin.close(0);
  }
};
