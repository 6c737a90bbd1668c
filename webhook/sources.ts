import { startCertificateFiles } from '../certs/files.ts';
import { makeCertificate } from '../certs/self-signed.ts';
import type { CertificateSource } from '../certs/source.ts';
import { startWebhookCertificates } from '../certs/webhook.ts';
import { startApiCache } from '../lib/kube/api-cache.ts';
import type { ObjectCache } from '../lib/kube/cache.ts';
import { connect, type KubeConnection } from '../lib/kube/connection.ts';
import { startManifestCache } from '../lib/kube/manifest-cache.ts';
import { waitForServer } from '../lib/kube/wait-for-server.ts';
import type { RunOptions } from '../lib/program.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { WebhookConfig } from './flags.ts';

/** Who this replica is, from the downward API. */
interface Replica {
  readonly namespace: string;
  readonly podUid: string;
  /** For people who look who holds the Lease; the uid where it is not known. */
  readonly podName?: string;
}

/** What a replica is run with. */
export interface WebhookRunOptions extends RunOptions<WebhookConfig> {
  readonly replica: Replica;
}

/** What the webhook lives on: the cluster's objects, and a certificate. */
export interface Sources {
  readonly cache: ObjectCache;
  readonly certificate: CertificateSource;
  /** Undefined where everything comes from manifests. */
  readonly connection?: KubeConnection;
}

const serviceName = 'keyferry-webhook';
const configurationName = 'keyferry-webhook';

/** Without an API server nobody has to be told of the certificate: it is made once, for whoever asks the server for it. */
const fixedCertificate = async ({
  clock,
  config,
  replica,
}: WebhookRunOptions): Promise<CertificateSource> => {
  const host = `${serviceName}.${replica.namespace}.svc`;
  const certificate = await makeCertificate({
    dnsNames: [host, 'localhost'],
    podUid: replica.podUid,
    lifetimeMilliseconds: config.certificateLifetimeMs,
    now: clock.now(),
  });
  return {
    current: () => certificate,
    ready: true,
    onChange: () => () => undefined,
    stop: () => Promise.resolve(),
  };
};

const fromFiles = async (
  options: WebhookRunOptions,
): Promise<Result<CertificateSource, string> | undefined> => {
  const { config, clock, log } = options;
  return config.certificateFiles && startCertificateFiles({ ...config.certificateFiles, clock, log });
};

const readsOf = ({ settings }: WebhookConfig): { readonly externalSecretsOperator: boolean } => ({
  externalSecretsOperator: settings.externalSecretsOperatorRead,
});

const fromManifests = async (options: WebhookRunOptions): Promise<Result<Sources, readonly string[]>> => {
  const { config, clock, log } = options;
  const files = await fromFiles(options);
  if (files?.ok === false) return err([files.error]);
  const cache = await startManifestCache({ paths: config.manifests, ...readsOf(config), clock, log });
  if (!cache.ok) return cache;
  return ok({ cache: cache.value, certificate: files?.value ?? (await fixedCertificate(options)) });
};

const fromApiServer = async (options: WebhookRunOptions): Promise<Result<Sources, readonly string[]>> => {
  const { config, replica, clock, random, log } = options;
  const connection = connect(
    config.kubeconfig === undefined
      ? { kind: 'in-cluster' }
      : { kind: 'kubeconfig', path: config.kubeconfig },
  );
  if (!connection.ok) return err([connection.error]);
  const version = await waitForServer(connection.value, options);
  if (!version.ok) return err([version.error]);
  const files = await fromFiles(options);
  if (files?.ok === false) return err([files.error]);
  const common = { connection: connection.value, clock, random, log };
  const certificate =
    files?.value ??
    (await startWebhookCertificates({
      ...common,
      namespace: replica.namespace,
      podUid: replica.podUid,
      serviceName,
      configurationName,
      lifetimeMilliseconds: config.certificateLifetimeMs,
    }));
  const brokerNamespace = config.broker && replica.namespace;
  const cache = startApiCache({ ...common, ...readsOf(config), brokerNamespace });
  return ok({ cache, certificate, connection: connection.value });
};

/** Starts what the webhook lives on, from manifests or from an API server; all problems that waiting cannot cure are errors. */
export const openSources = (options: WebhookRunOptions): Promise<Result<Sources, readonly string[]>> =>
  options.config.manifests.length > 0 ? fromManifests(options) : fromApiServer(options);
