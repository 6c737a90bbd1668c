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
import type { BundleTarget, WhenMissing } from './bundle-target.ts';
import { webhookTimes } from './core/schedule.ts';
import { startCertificateManager } from './manager.ts';
import { ownCertificates } from './own-certificates.ts';
import type { CertificateSource } from './source.ts';
import { webhookTarget } from './webhook-target.ts';

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

interface WatchedTarget {
  readonly target: BundleTarget;
  readonly configurations: Reflector<WebhookConfiguration>;
}

const watchTarget = (
  { connection, clock, random, log, configurationName: name }: WebhookCertificatesOptions,
  kind: WebhookConfigurationKind,
  whenMissing: WhenMissing,
): WatchedTarget => {
  const configurations = new Reflector({
    connection,
    clock,
    random,
    log,
    resource: webhookConfigurationResource(kind, name),
    transform: (value) => parseWebhookConfiguration(kind, value),
  });
  const client = webhookConfigurationClient(kind, connection, clock);
  return { target: webhookTarget({ kind, name, configurations, client, whenMissing }), configurations };
};

/**
 * The webhook's own certificates, with the watches that they need. Needs get, list, watch and patch on the two configurations,
 * and list and watch on pods of the namespace. Who is ready is decided by the mutating one alone.
 */
export const startWebhookCertificates = async (
  options: WebhookCertificatesOptions,
): Promise<CertificateSource> => {
  const { connection, clock, random, log, namespace, serviceName, podUid } = options;
  const mutating = watchTarget(options, 'MutatingWebhookConfiguration', {
    kind: 'wait',
    level: 'warn',
    text: ' yet; waiting for it',
  });
  const validating = watchTarget(options, 'ValidatingWebhookConfiguration', {
    kind: 'wait',
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
  const lifetimeMilliseconds = options.lifetimeMilliseconds ?? defaultLifetimeMilliseconds;
  const manager = await startCertificateManager({
    clock,
    random,
    log,
    target: mutating.target,
    furtherTargets: [validating.target],
    pods,
    podUid,
    serviceName: host,
    maker: ownCertificates({
      clock,
      podUid,
      dnsNames: [host, `${host}.cluster.local`],
      lifetimeMilliseconds,
    }),
    times: webhookTimes,
    callers: 'the API server',
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
