import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/kube/backoff.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import { parseObject, type KubeObject } from '../lib/kube/object.ts';
import { Reflector } from '../lib/kube/reflector.ts';
import {
  parseWebhookConfiguration,
  webhookConfigurationClient,
  webhookConfigurationResource,
  type WebhookConfiguration,
  type WebhookConfigurationKind,
} from '../lib/kube/webhook-configuration.ts';
import type { Logger } from '../lib/log.ts';
import type { BundleTarget } from './bundle-writer.ts';
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
  /** Of the MutatingWebhookConfiguration, and of the ValidatingWebhookConfiguration, which may be missing. */
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

interface WatchedTarget extends BundleTarget {
  readonly configurations: Reflector<WebhookConfiguration>;
}

const watchTarget = (
  { connection, clock, random, log, configurationName }: WebhookCertificatesOptions,
  kind: WebhookConfigurationKind,
  whenMissing: BundleTarget['whenMissing'],
): WatchedTarget => ({
  kind,
  configurations: new Reflector({
    connection,
    clock,
    random,
    log,
    resource: webhookConfigurationResource(kind, configurationName),
    transform: (value) => parseWebhookConfiguration(kind, value),
  }),
  client: webhookConfigurationClient(kind, connection, clock),
  whenMissing,
});

/**
 * The webhook's own certificates, with the watches that they need. Needs get, list, watch and patch on the two configurations,
 * and list and watch on pods of the namespace. Who is ready is decided by the mutating one alone.
 */
export const startWebhookCertificates = async (
  options: WebhookCertificatesOptions,
): Promise<CertificateSource> => {
  const { connection, clock, random, log, namespace, serviceName, configurationName, podUid } = options;
  const mutating = watchTarget(options, 'MutatingWebhookConfiguration', {
    level: 'warn',
    text: ' yet; waiting for it',
  });
  const validating = watchTarget(options, 'ValidatingWebhookConfiguration', {
    level: 'info',
    text: ': stores and ExternalSecrets are not checked when they are applied',
  });
  const pods = new Reflector({
    connection,
    clock,
    random,
    log,
    resource: { group: '', apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespace },
    transform: podIdentity,
  });
  const host = `${serviceName}.${namespace}.svc`;
  const manager = await startCertificateManager({
    clock,
    random,
    log,
    target: mutating,
    furtherTargets: [validating],
    pods,
    configurationName,
    podUid,
    dnsNames: [host, `${host}.cluster.local`],
    lifetimeMilliseconds: options.lifetimeMilliseconds ?? defaultLifetimeMilliseconds,
  });
  return {
    current: () => manager.current(),
    get ready() {
      return manager.ready;
    },
    onChange: (listener) => manager.onChange(listener),
    stop: async () => {
      await manager.stop();
      const reflectors = [mutating.configurations, validating.configurations, pods];
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
  };
};
