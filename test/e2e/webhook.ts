import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { Bench } from './bench.ts';
import { named, type Kubectl, type ObjectName } from './cluster/kubectl.ts';
import type { KubernetesObject } from './cluster/objects.ts';
import { withForwardedPort } from './cluster/port-forward.ts';
import { systemNamespace } from './cluster/preflight.ts';
import { webhookConfiguration, webhookPods } from './install.ts';

interface WebhookConfiguration extends KubernetesObject {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/g;

/** The bundle's text. */
export const bundleText = ({ webhooks: [webhook] }: WebhookConfiguration): string =>
  Buffer.from(webhook?.clientConfig.caBundle ?? '', 'base64').toString('utf8');

/** Fingerprints (SHA-256) of the certificates that the API server trusts for our webhook. */
export const bundleFingerprints = (configuration: WebhookConfiguration): ReadonlySet<string> =>
  new Set(
    [...bundleText(configuration).matchAll(block)].map(([pem]) => new X509Certificate(pem).fingerprint256),
  );

export const readConfiguration = (kubectl: Kubectl): Promise<WebhookConfiguration> =>
  kubectl.get<WebhookConfiguration>(webhookConfiguration);

/** Waits until the bundle is these certificates and no others. */
export const bundleBecomes = async (
  kubectl: Kubectl,
  wanted: ReadonlySet<string>,
  seconds: number,
): Promise<void> => {
  const isWhole = (configuration: WebhookConfiguration): boolean => {
    const present = bundleFingerprints(configuration);
    return present.size === wanted.size && wanted.isSubsetOf(present);
  };
  const what = "the caBundle of the replicas' certificates alone";
  await kubectl.watch(webhookConfiguration, isWhole, { seconds, what });
};

/** The webhook's replicas that are not about to end. */
export const replicas = async (kubectl: Kubectl): Promise<readonly ObjectName[]> => {
  const pods = await webhookPods(kubectl);
  return pods
    .filter(({ metadata }) => !('deletionTimestamp' in metadata))
    .map(({ metadata: { name = '' } }) => named(`pod/${name}`, systemNamespace));
};

const patience = 10_000;

const peerFingerprint = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    // Whom the API server trusts is for the bundle to say; here it is only looked at.
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout: patience }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.end();
    });
    socket.on('timeout', () => socket.destroy(new Error('no TLS handshake')));
    socket.on('error', reject);
  });

/** Fingerprint of the certificate that a replica serves. */
const servedFingerprint = (kubectl: Kubectl, replica: ObjectName): Promise<string> =>
  withForwardedPort(kubectl, { ...replica, port: 8443 }, peerFingerprint);

/** Fingerprints of the certificates that all replicas serve. */
export const servedFingerprints = async (kubectl: Kubectl): Promise<ReadonlySet<string>> =>
  new Set(await Promise.all((await replicas(kubectl)).map((replica) => servedFingerprint(kubectl, replica))));

/** Whether the API server admits a pod now, and what it says where it does not. Nothing is created. */
export const tryAdmission = async (
  { kubectl }: Bench,
  pod: KubernetesObject,
): Promise<{ readonly admitted: boolean; readonly message: string; readonly injected: boolean }> => {
  const words = ['create', '--dry-run=server', '--output', 'json', '--filename', '-'];
  const { code, stdout, stderr } = await kubectl.attempt(words, JSON.stringify(pod));
  return { admitted: code === 0, message: stderr, injected: stdout.includes('"keyferry-refresh"') };
};
