import type { FastifyInstance } from 'fastify';
import type { CertificateSource } from '../certs/source.ts';
import type { Clock } from '../lib/clock.ts';
import { pause } from '../lib/kube/backoff.ts';
import type { Logger } from '../lib/log.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { buildAdmin } from './admin.ts';
import { followConnections } from './closing.ts';
import type { WebhookConfig } from './flags.ts';
import { createMetrics, type WebhookMetrics } from './metrics.ts';
import { buildServer } from './server.ts';
import { openSources, type Replica, type Sources } from './sources.ts';
import { startStatus } from './status/start.ts';

export interface RunOptions {
  readonly config: WebhookConfig;
  readonly replica: Replica;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Aborts when the process is asked to end. */
  readonly signal: AbortSignal;
}

/** How long requests may go on after the shutdown delay, in milliseconds: more than the wait for an unknown store. */
const lastRequestsMs = 4000;

/** On every address; where the machine has no IPv6, on every IPv4 address. */
const listen = async (app: { listen: FastifyInstance['listen'] }, port: number): Promise<string> => {
  try {
    return await app.listen({ port, host: '::' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    return app.listen({ port, host: '0.0.0.0' });
  }
};

/** Keeps the status of objects, where it is asked for and there is an API server; the function that is returned ends it. */
const keepStatus = (
  { cache, connection }: Sources,
  { config, replica, clock, random, log }: RunOptions,
): (() => Promise<void>) => {
  if (!config.status || connection === undefined) return () => Promise.resolve();
  const { namespace, podUid, podName = podUid } = replica;
  const { settings } = config;
  const options = { connection, cache, settings, clock, random, log, namespace, replica: podName };
  const holder = startStatus(options);
  return () => holder.stop();
};

const followExpiry = (certificate: CertificateSource, metrics: WebhookMetrics): void => {
  const tell = ({ notAfter }: { readonly notAfter: number }): void => {
    metrics.setCertificateExpiry(notAfter / 1000);
  };
  tell(certificate.current());
  certificate.onChange(tell);
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });

/**
 * Runs the webhook until `signal` aborts, and then for the shutdown delay: an API server may call a replica for some seconds after it
 * has left the Service. Errors are what nobody but the installer can put right.
 */
export const runWebhook = async (options: RunOptions): Promise<Result<void, readonly string[]>> => {
  const { config, clock, log, signal } = options;
  const metrics = createMetrics();
  let isReady = (): boolean => false;
  const admin = buildAdmin({ metrics, isReady: () => isReady() });
  const closingAdmin = followConnections(admin, clock);
  log.info({ address: await listen(admin, config.adminPort) }, 'the admin server listens');
  try {
    const sources = await openSources(options);
    if (!sources.ok) return err(sources.error);
    const { cache, certificate } = sources.value;
    followExpiry(certificate, metrics);
    const server = buildServer({ cache, certificate, metrics, settings: config.settings, clock, log });
    server.addHook('onSend', (_request, reply, _payload, done) => {
      if (signal.aborted) void reply.header('connection', 'close');
      done();
    });
    const closing = followConnections(server, clock);
    log.info({ address: await listen(server, config.port) }, 'the admission server listens');
    isReady = () => cache.synced && certificate.ready && !signal.aborted;
    const stopStatus = keepStatus(sources.value, options);
    await aborted(signal);
    log.info({ delayMs: config.shutdownDelayMs }, 'asked to end; serving on for a while');
    // At once, so that another replica takes over while this one still serves.
    const statusStopped = stopStatus();
    await pause(clock, config.shutdownDelayMs, new AbortController().signal);
    await closing.close(lastRequestsMs);
    await Promise.all([statusStopped, cache.stop(), certificate.stop()]);
    return ok(undefined);
  } finally {
    await closingAdmin.close(0);
  }
};
