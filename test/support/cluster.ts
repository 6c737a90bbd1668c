import type { KubeObject } from '../../lib/kube/object.ts';
import type { FollowedCache, ObjectKey } from '../../lib/kube/cache.ts';
import { emptyStores, fillStores, lookups } from '../../lib/kube/object-cache.ts';
import { Answers, type Answer } from '../../webhook/answer.ts';
import { defaultSettings } from '../../webhook/core/settings.ts';
import { answerReview, isKnown } from './answers.ts';
import { ManualClock } from './manual-clock.ts';

/** A Vault store of this name, for everybody. */
export const store = (server: string): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ClusterSecretStore',
  metadata: { name: 'vault' },
  spec: {
    provider: {
      vault: {
        server,
        auth: { kubernetes: { role: 'api', serviceAccountRef: { name: 'api', audiences: ['vault'] } } },
      },
    },
  },
});

/** A pod that asks for one secret. */
export const pod = (changes: { annotations?: object; metadata?: object; spec?: object } = {}): object => ({
  metadata: {
    generateName: 'api-',
    ...changes.metadata,
    annotations: {
      'keyferry.dev/inject': 'true',
      'keyferry.dev/secret.password': 'vault://payments/db#password',
      ...changes.annotations,
    },
  },
  spec: { serviceAccountName: 'api', containers: [{ name: 'app' }], ...changes.spec },
});

const reviewOf = (object: unknown, uid: string, namespace: string): object => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid, namespace, operation: 'CREATE', resource: { group: '', resource: 'pods' }, object },
});

/** Answers from a cluster whose objects change when a test says so; `asked` are the look-ups that were made. */
export const cluster = (...objects: readonly KubeObject[]) => {
  const clock = new ManualClock();
  const stores = emptyStores(clock);
  fillStores(stores, objects);
  const asked: ObjectKey[] = [];
  const found = lookups(stores);
  const cache: FollowedCache = {
    ...found,
    get: (key) => {
      asked.push(key);
      return found.get(key);
    },
  };
  const answers = new Answers({ cache, settings: defaultSettings, clock, patience: 0 });
  return {
    asked,
    apply: (...next: readonly KubeObject[]): void => {
      fillStores(stores, next);
    },
    ask: (object: unknown, uid = 'first', namespace = 'payments'): Promise<Answer> =>
      answerReview(answers, reviewOf(object, uid, namespace)),
    isKnown: (object: unknown): boolean => isKnown(answers, reviewOf(object, 'any', 'payments')),
  };
};
