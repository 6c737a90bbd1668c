import { followExpiry } from '../certs/expiry.ts';
import { keepTrustCopies } from '../certs/trust-copies.ts';
import { aborted } from '../lib/aborted.ts';
import { buildAdmin } from '../lib/http/admin.ts';
import { followConnections } from '../lib/http/closing.ts';
import { listen } from '../lib/http/listen.ts';
import { pause } from '../lib/kube/backoff.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { openSettings } from './broker.ts';
import type { Settings } from './core/settings.ts';
import { createMetrics, type WebhookMetrics } from './metrics.ts';
import { buildServer } from './server.ts';
import { openSources, type WebhookRunOptions, type Sources } from './sources.ts';
import { startLeader, type Duty } from './leader.ts';
import { writeStatuses } from './status/writer.ts';
import { trustPlaces } from './trust-places.ts';

/** How long requests may go on after the shutdown delay, in milliseconds: more than the wait for an unknown store. */
const lastRequestsMs = 4000;

/** What one replica has to do for all: the status of objects where it is asked for, and copies of the broker's certificates where there is one. */
const dutiesOf = (
  { cache, connection }: Sources & { readonly connection: KubeConnection },
  settings: Settings,
  { config, replica: { namespace }, clock, random, log }: WebhookRunOptions,
): readonly Duty[] => {
  const common = { connection, clock, random, log };
  const { broker } = settings;
  const places = broker && trustPlaces({ cache, install: () => broker.install, clock });
  return [
    ...(config.status
      ? [(signal: AbortSignal) => writeStatuses({ ...common, cache, settings }, signal)]
      : []),
    ...(places === undefined
      ? []
      : [(signal: AbortSignal) => keepTrustCopies({ ...common, namespace, places }, signal)]),
  ];
};

/** Takes part in the choice of the replica that does the duties, where there are any; the function that is returned ends it. */
const lead = (sources: Sources, settings: Settings, options: WebhookRunOptions): (() => Promise<void>) => {
  const { connection } = sources;
  const { replica, clock, random, log } = options;
  const duties = connection === undefined ? [] : dutiesOf({ ...sources, connection }, settings, options);
  if (connection === undefined || duties.length === 0) return () => Promise.resolve();
  const { namespace, podUid, podName = podUid } = replica;
  const holder = startLeader({ connection, clock, random, log, namespace, replica: podName, duties });
  return () => holder.stop();
};

interface Serving {
  readonly settings: Settings;
  readonly options: WebhookRunOptions;
  readonly metrics: WebhookMetrics;
  /** Called with what says whether requests are to be sent here. */
  readonly tellReady: (isReady: () => boolean) => void;
}

/** Serves from what was opened until `signal` aborts, and then for the shutdown delay. */
const serve = async (sources: Sources, { settings, options, metrics, tellReady }: Serving): Promise<void> => {
  const { config, clock, log, signal } = options;
  const { cache, certificate } = sources;
  followExpiry(certificate, metrics.registry);
  const server = buildServer({ cache, certificate, metrics, settings, clock, log });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (signal.aborted) void reply.header('connection', 'close');
    done();
  });
  const closing = followConnections(server, clock);
  log.info({ address: await listen(server, config.port) }, 'the admission server listens');
  tellReady(() => cache.synced && certificate.ready && !signal.aborted);
  const stopLeading = lead(sources, settings, options);
  await aborted(signal);
  log.info({ delayMs: config.shutdownDelayMs }, 'asked to end; serving on for a while');
  // At once, so that another replica takes over while this one still serves.
  const ledToTheEnd = stopLeading();
  await pause(clock, config.shutdownDelayMs, new AbortController().signal);
  await closing.close(lastRequestsMs);
  await Promise.all([ledToTheEnd, cache.stop(), certificate.stop()]);
};

/**
 * Runs the webhook until `signal` aborts, and then for the shutdown delay: an API server may call a replica for some seconds after it
 * has left the Service. Errors are what nobody but the installer can put right.
 */
export const runWebhook = async (options: WebhookRunOptions): Promise<Result<void, readonly string[]>> => {
  const { config, replica, clock, log } = options;
  const metrics = createMetrics();
  let isReady = (): boolean => false;
  const admin = buildAdmin({ registry: metrics.registry, isReady: () => isReady() });
  const closingAdmin = followConnections(admin, clock);
  log.info({ address: await listen(admin, config.adminPort) }, 'the admin server listens');
  try {
    const opened = await openSettings({ config, namespace: replica.namespace, clock, log });
    if (!opened.ok) return opened;
    const { settings, stop } = opened.value;
    const sources = await openSources(options);
    const tellReady = (said: () => boolean): void => {
      isReady = said;
    };
    if (sources.ok) await serve(sources.value, { settings, options, metrics, tellReady });
    await stop();
    return sources.ok ? ok(undefined) : err(sources.error);
  } finally {
    await closingAdmin.close(0);
  }
};
