import { describe, expect, test } from '@jest/globals';
import type { BrokerInstall } from '../../../lib/broker/install.ts';
import { emptyStores, fillStores, lookups } from '../../../lib/kube/object-cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { Answers, type Answer } from '../../../webhook/answer.ts';
import { defaultSettings } from '../../../webhook/core/settings.ts';
import { answerReview, isKnown } from '../../support/answers.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const apiVersion = 'keyferry.dev/v1beta1';
const server = 'https://vault.example:8200';

const store: KubeObject = {
  apiVersion,
  kind: 'ClusterSecretStore',
  metadata: { name: 'platform' },
  spec: {
    provider: {
      vault: { server, path: 'kv', auth: { tokenSecretRef: { name: 'vault', key: 'token' } } },
    },
  },
};

const names = (name: string, key: string, namespace = 'payments'): KubeObject => ({
  apiVersion,
  kind: 'ExternalSecret',
  metadata: { name, namespace },
  spec: {
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'platform' },
    data: [{ secretKey: 'value', remoteRef: { key } }],
  },
});

const trust = (bundle: string, namespace = 'keyferry-system'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'keyferry-trust', namespace },
  data: { 'bundle.pem': bundle },
});

const grants = (...servers: readonly string[]): BrokerInstall => ({
  credentials: [{ name: 'vault', servers }],
  serviceAccounts: [],
});

const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: '1',
    namespace: 'payments',
    operation: 'CREATE',
    resource: { group: '', resource: 'pods' },
    object: {
      metadata: {
        annotations: { 'keyferry.dev/inject': 'true', 'keyferry.dev/secret.db': 'platform://payments/db' },
      },
      spec: { serviceAccountName: 'api', containers: [{ name: 'app' }] },
    },
  },
};

/** One pod, asked for again and again while cluster and install change. */
class Asked {
  install = grants(server);
  readonly #stores = emptyStores(new ManualClock());
  readonly #answers: Answers;

  constructor(...objects: readonly KubeObject[]) {
    this.apply(...objects);
    const installed = (): BrokerInstall => this.install;
    this.#answers = new Answers({
      cache: lookups(this.#stores),
      clock: new ManualClock(),
      patience: 0,
      settings: {
        ...defaultSettings,
        broker: {
          server: 'https://broker.example',
          namespace: 'keyferry-system',
          get install() {
            return installed();
          },
        },
      },
    });
  }

  /** Makes these all that there is. */
  apply(...objects: readonly KubeObject[]): void {
    fillStores(this.#stores, objects);
  }

  get isKnown(): boolean {
    return isKnown(this.#answers, review);
  }

  ask(): Promise<Answer> {
    return answerReview(this.#answers, review);
  }

  /** What becomes of it, as text: the plan, or why it is refused. */
  async said(): Promise<string> {
    const { told, review: text } = await this.ask();
    if (told.kind === 'deny') return told.issues.map(({ code }) => code).join();
    const { response } = JSON.parse(text) as { response: { patch: string } };
    return Buffer.from(response.patch, 'base64').toString();
  }
}

const objects = [store, names('db', 'payments/db'), trust('first')] as const;

describe('the answer to a pod that the broker serves', () => {
  test('is kept while nothing changes', async () => {
    const asked = new Asked(...objects);
    const first = await asked.ask();
    expect(asked.isKnown).toBe(true);
    expect((await asked.ask()).review).toBe(first.review);
  });

  test('follows the certificates of the broker', async () => {
    const asked = new Asked(...objects);
    expect(await asked.said()).toContain('first');
    asked.apply(store, names('db', 'payments/db'), trust('second'));
    expect(asked.isKnown).toBe(false);
    const said = await asked.said();
    expect(said).toContain('second');
    expect(said).not.toContain('first');
    asked.apply(store, names('db', 'payments/db'));
    expect(asked.isKnown).toBe(false);
  });

  test('follows what the broker may use, also when it may use it again', async () => {
    const asked = new Asked(...objects);
    const first = await asked.said();
    asked.install = grants('https://elsewhere.example');
    expect(await asked.said()).toBe('server_not_allowed');
    asked.install = grants(server);
    expect(await asked.said()).toBe(first);
  });

  test('follows the ExternalSecrets of its namespace, and those of no other', async () => {
    const asked = new Asked(...objects);
    await asked.ask();
    asked.apply(...objects, names('db', 'hr/db', 'hr'));
    expect(asked.isKnown).toBe(true);
    asked.apply(store, names('db', 'payments/other'), trust('first'));
    expect(asked.isKnown).toBe(false);
    expect(await asked.said()).toBe('access_denied');
  });

  test('is not kept where the file of the broker changed while it was made', async () => {
    const asked = new Asked(...objects);
    const answer = asked.ask();
    asked.install = grants(server);
    await answer;
    expect(asked.isKnown).toBe(false);
  });
});
