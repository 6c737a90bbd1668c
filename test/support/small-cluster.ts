import { parse } from 'yaml';
import { systemClock, type Clock } from '../../lib/clock.ts';
import { parseDocuments } from '../../lib/kube/documents.ts';
import { parseManifests } from '../../lib/kube/manifests.ts';
import { objectCache } from '../../lib/kube/object-cache.ts';
import { catalogueOf } from '../../webhook/catalogue.ts';
import { decide, read } from '../../webhook/core/decide.ts';
import { describeIssues } from '../../webhook/core/codes.ts';
import type { Pod } from '../../webhook/core/pod.ts';
import { defaultSettings, type Settings } from '../../webhook/core/settings.ts';
import { ServiceAccountIssuer } from '../emulators/issuer/issuer.ts';
import type { Pod as RunnablePod } from '../emulators/podbox/manifest/pod-types.ts';
import { Podbox } from '../emulators/podbox/podbox.ts';
import type { Image } from '../emulators/podbox/types.ts';
import { startVaultServer, type VaultServer } from '../emulators/vault/server.ts';
import type { VaultSetup } from '../emulators/vault/setup.ts';
import { agentImage } from './agent/image.ts';

/** An app that does nothing but run until it is told to end. */
const sleeperImage: Image = { entrypoint: ['node', '-e', 'setInterval(() => {}, 1e9)'] };

/** The payments team's Vault: KV v2 at `kv`, KV v1 at `legacy`, one role for one ServiceAccount, with an audience. */
export const paymentsSetup: VaultSetup = {
  policies: {
    'payments-api':
      'path "kv/data/payments/*" { capabilities = ["read"] }\npath "legacy/payments/*" { capabilities = ["read"] }',
  },
  auth: {
    kubernetes: {
      type: 'kubernetes',
      roles: {
        'payments-api': {
          bound_service_account_names: ['payments-api'],
          bound_service_account_namespaces: ['payments'],
          audience: 'vault',
          token_policies: ['payments-api'],
          token_ttl: '20m',
        },
      },
    },
  },
  mounts: { kv: { version: 2 }, legacy: { version: 1 } },
  secrets: { 'kv/payments/db': { username: 'payments', password: 'first-password' } },
};

export interface SmallClusterOptions {
  readonly setup?: VaultSetup;
  readonly images?: Readonly<Record<string, Image>>;
  readonly settings?: Partial<Settings>;
  readonly clock?: Clock;
}

/** A Vault, a kubelet and the webhook's decision on this machine, without an API server between them. */
export class SmallCluster implements AsyncDisposable {
  readonly vault: VaultServer;
  readonly podbox: Podbox;
  readonly issuer: ServiceAccountIssuer;
  readonly #settings: Settings;

  private constructor(parts: {
    vault: VaultServer;
    podbox: Podbox;
    issuer: ServiceAccountIssuer;
    settings: Settings;
  }) {
    this.vault = parts.vault;
    this.podbox = parts.podbox;
    this.issuer = parts.issuer;
    this.#settings = parts.settings;
  }

  static async start(options: SmallClusterOptions = {}): Promise<SmallCluster> {
    const clock = options.clock ?? systemClock;
    const issuer = await ServiceAccountIssuer.create({ keyType: 'ec', clock });
    const vault = await startVaultServer({
      keys: () => issuer.jwks(),
      isLive: (claims) => issuer.isLive(claims),
      setup: options.setup ?? paymentsSetup,
    });
    const podbox = await Podbox.create({
      images: { [defaultSettings.agentImage]: agentImage, sleeper: sleeperImage, ...options.images },
      clock,
      tokens: async ({ audience, ...request }) =>
        issuer.issue({ ...request, ...(audience === undefined ? {} : { audiences: [audience] }) }),
    });
    return new SmallCluster({ vault, podbox, issuer, settings: { ...defaultSettings, ...options.settings } });
  }

  /** A SecretStore `vault-backend` of namespace `payments` that is this Vault. */
  storeManifest(): string {
    const caBundle = Buffer.from(this.vault.caPem).toString('base64');
    return `
apiVersion: keyferry.dev/v1beta1
kind: SecretStore
metadata: { name: vault-backend, namespace: payments }
spec:
  provider:
    vault:
      server: ${this.vault.url}
      path: kv
      caBundle: ${caBundle}
      auth: { kubernetes: { role: payments-api, serviceAccountRef: { name: payments-api, audiences: [vault] } } }
`;
  }

  /** The pod as the webhook would make it; throws with what it would say where it refuses. */
  inject(podManifest: string, manifests = this.storeManifest()): RunnablePod {
    const pod = parse(podManifest) as Pod;
    const { objects, problems } = parseManifests(
      parseDocuments([{ name: 'manifests', text: manifests }]).documents,
    );
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const reading = read(pod);
    if (reading.kind === 'skip') throw new Error(`the pod was left alone: ${reading.reason}`);
    const outcome = decide(pod, reading, {
      namespace: pod.metadata?.namespace ?? 'default',
      catalogue: catalogueOf(objectCache(objects, systemClock)),
      settings: this.#settings,
    });
    if (outcome.kind === 'deny') throw new Error(describeIssues(outcome.issues));
    if (outcome.kind === 'skip') throw new Error(`the pod was left alone: ${outcome.reason}`);
    return outcome.pod as unknown as RunnablePod;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.podbox.close();
    await this.vault.close();
  }
}

/** A pod of the payments team with two secrets; `annotations` and `spec` are further lines of YAML. */
export const paymentsPod = ({
  annotations = [],
  spec = [],
}: { annotations?: readonly string[]; spec?: readonly string[] } = {}): string =>
  [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    '  name: payments-api',
    '  namespace: payments',
    '  annotations:',
    "    keyferry.dev/inject: 'true'",
    '    keyferry.dev/store: vault-backend',
    '    keyferry.dev/secret.username: payments/db#username',
    '    keyferry.dev/secret.password: payments/db#password',
    "    keyferry.dev/agent-port: '0'",
    ...annotations.map((line) => `    ${line}`),
    'spec:',
    '  serviceAccountName: payments-api',
    ...spec.map((line) => `  ${line}`),
    '  containers:',
    '    - { name: app, image: sleeper }',
  ].join('\n');
