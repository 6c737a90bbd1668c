import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/kube/backoff.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import { parseObject, type KubeObject } from '../lib/kube/object.ts';
import { Reflector } from '../lib/kube/reflector.ts';
import {
  parseWebhookConfiguration,
  webhookConfigurationClient,
  webhookConfigurationResource,
} from '../lib/kube/webhook-configuration.ts';
import type { Logger } from '../lib/log.ts';
import { startCertificateManager } from './manager.ts';
import type { CertificateSource } from './source.ts';

export interface WebhookCertificatesOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Where the replicas run. */
  readonly namespace: string;
  readonly serviceName: string;
  readonly configurationName: string;
  readonly podUid: string;
  readonly lifetimeMilliseconds?: number;
}

const defaultLifetimeMilliseconds = 30 * 24 * 60 * 60_000;

/** Of a pod, only that it is there. */
const podIdentity = (value: unknown): KubeObject | undefined => {
  const pod = parseObject(value, { apiVersion: 'v1', kind: 'Pod' });
  if (!pod.ok) return undefined;
  const { apiVersion, kind, metadata } = pod.value;
  const { name, namespace, uid } = metadata;
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }) } };
};

/**
 * The webhook's own certificates, with the watches that they need. Needs get, list, watch and patch on the one
 * MutatingWebhookConfiguration, and list and watch on pods of the namespace.
 */
export const startWebhookCertificates = async ({
  connection,
  clock,
  random,
  log,
  namespace,
  serviceName,
  configurationName,
  podUid,
  lifetimeMilliseconds = defaultLifetimeMilliseconds,
}: WebhookCertificatesOptions): Promise<CertificateSource> => {
  const common = { connection, clock, random, log };
  const configurations = new Reflector({
    ...common,
    resource: webhookConfigurationResource(configurationName),
    transform: parseWebhookConfiguration,
  });
  const pods = new Reflector({
    ...common,
    resource: { group: '', apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespace },
    transform: podIdentity,
  });
  const host = `${serviceName}.${namespace}.svc`;
  const manager = await startCertificateManager({
    clock,
    random,
    log,
    configurations,
    pods,
    client: webhookConfigurationClient(connection, clock),
    configurationName,
    podUid,
    dnsNames: [host, `${host}.cluster.local`],
    lifetimeMilliseconds,
  });
  return {
    current: () => manager.current(),
    get ready() {
      return manager.ready;
    },
    onChange: (listener) => manager.onChange(listener),
    stop: async () => {
      await manager.stop();
      await Promise.all([configurations.stop(), pods.stop()]);
    },
  };
};
