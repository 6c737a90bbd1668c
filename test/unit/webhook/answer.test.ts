import { describe, expect, test } from '@jest/globals';
import type { LookUpCache, ObjectKey } from '../../../lib/kube/cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { emptyStores, fillStores, lookups } from '../../../lib/kube/object-cache.ts';
import { Answers, type Answer } from '../../../webhook/answer.ts';
import { decodeEnvelope, encodeReview } from '../../../webhook/core/review.ts';
import { defaultSettings } from '../../../webhook/core/settings.ts';
import { decideOn } from '../../support/golden-admission.ts';
import { caseNames, loadCase } from '../../support/golden-case.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const store = (server: string): KubeObject => ({
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

const pod = (changes: { annotations?: object; metadata?: object; spec?: object } = {}): object => ({
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

/** Answers from a cluster whose objects change when a test says so; `asked` are the look-ups that were made. */
const cluster = (...objects: readonly KubeObject[]) => {
  const stores = emptyStores(new ManualClock());
  fillStores(stores, objects);
  const asked: ObjectKey[] = [];
  const found = lookups(stores);
  const cache: LookUpCache = {
    ...found,
    get: (key) => {
      asked.push(key);
      return found.get(key);
    },
  };
  const answers = new Answers({ cache, settings: defaultSettings });
  return {
    asked,
    apply: (...next: readonly KubeObject[]): void => {
      fillStores(stores, next);
    },
    ask: async (object: unknown, uid = 'first', namespace = 'payments'): Promise<Answer> => {
      const envelope = decodeEnvelope({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        request: { uid, namespace, operation: 'CREATE', resource: { group: '', resource: 'pods' }, object },
      });
      if (!envelope.ok) throw new Error(envelope.error);
      const answer = await answers.to(envelope.value);
      if (!answer.ok) throw new Error(answer.error);
      return answer.value;
    },
  };
};

const patchIn = ({ review }: Answer): string => {
  const { response } = JSON.parse(review) as { response: { patch: string } };
  return Buffer.from(response.patch, 'base64').toString();
};

/** How many look-ups a call makes. */
const lookUpsOf = async (asked: readonly unknown[], call: () => Promise<unknown>): Promise<number> => {
  const before = asked.length;
  await call();
  return asked.length - before;
};

describe('answers', () => {
  test('are to the byte what the decision says, the first time and the next, for every golden case', async () => {
    for (const name of caseNames) {
      const golden = loadCase(name);
      const stores = emptyStores(new ManualClock());
      fillStores(stores, golden.objects);
      const found = lookups(stores);
      // Nobody is waited for.
      const cache: LookUpCache = { ...found, waitFor: (key) => Promise.resolve(found.get(key)) };
      const answers = new Answers({ cache, settings: golden.settings });
      const envelope = decodeEnvelope(golden.review);
      if (!envelope.ok) throw new Error(`${name}: ${envelope.error}`);
      const expected = JSON.stringify(encodeReview(envelope.value.uid, decideOn(golden.review, golden)));
      for (const turn of ['first', 'second']) {
        const answer = await answers.to(envelope.value);
        expect([name, turn, answer.ok ? answer.value.review : answer.error]).toEqual([name, turn, expected]);
      }
    }
  });

  test('carry the uid of their own request', async () => {
    const { ask } = cluster(store('https://one.example'));
    const first = await ask(pod(), 'uid "1"');
    const second = await ask(pod(), 'uid-2');
    expect(JSON.parse(first.review)).toMatchObject({ response: { uid: 'uid "1"', allowed: true } });
    expect(second.review).toBe(first.review.replace(JSON.stringify('uid "1"'), '"uid-2"'));
  });

  test('are known for another copy of a pod, whatever its name, labels and owners', async () => {
    const { ask, asked } = cluster(store('https://one.example'));
    const first = await ask(pod());
    const metadata = { name: 'api-0', labels: { index: '0' }, managedFields: [{}], ownerReferences: [{}] };
    const again = await lookUpsOf(asked, async () => {
      expect(await ask(pod({ metadata }))).toEqual({ ...first, pod: 'api-0' });
    });
    const decided = await lookUpsOf(asked, () => ask(pod({ annotations: { other: 'x' } })));
    expect(again).toBeLessThan(decided);
  });

  test.each([
    ['an annotation', pod({ annotations: { 'keyferry.dev/path.password': 'db' } }), 'payments'],
    ['the spec', pod({ spec: { securityContext: { fsGroup: 7 } } }), 'payments'],
    ['the namespace', pod(), 'billing'],
  ])('are decided anew where %s differs', async (_what, other, namespace) => {
    const { ask } = cluster(store('https://one.example'));
    const first = await ask(pod());
    const second = await ask(other, 'first', namespace);
    expect(patchIn(second)).not.toBe(patchIn(first));
  });

  test('follow a store that changes, goes, or gives way to one of the namespace', async () => {
    const { ask, apply } = cluster(store('https://one.example'));
    expect(patchIn(await ask(pod()))).toContain('https://one.example');

    apply(store('https://two.example'));
    expect(patchIn(await ask(pod()))).toContain('https://two.example');

    const own: KubeObject = {
      ...store('https://own.example'),
      kind: 'SecretStore',
      metadata: { name: 'vault', namespace: 'payments' },
    };
    apply(store('https://two.example'), own);
    expect(patchIn(await ask(pod()))).toContain('https://own.example');
  });

  test('follow the labels of the namespace', async () => {
    const spec = {
      ...(store('https://one.example').spec as object),
      conditions: [{ namespaceSelector: { matchLabels: { secrets: 'yes' } } }],
    };
    const conditional = { ...store(''), spec };
    const namespace = (secrets: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'payments', labels: { secrets } },
    });
    const { ask, apply } = cluster(conditional, namespace('yes'));
    expect((await ask(pod())).told.kind).toBe('inject');
    apply(conditional, namespace('no'));
    expect((await ask(pod())).told.kind).toBe('deny');
  });

  test('are not kept where the pod is refused or left alone', async () => {
    const { ask, asked } = cluster(store('https://one.example'));
    const wrong = pod({ annotations: { 'keyferry.dev/no-such': 'x' } });
    const first = await lookUpsOf(asked, () => ask(wrong));
    expect(await lookUpsOf(asked, () => ask(wrong))).toBe(first);
    expect((await ask({ metadata: {}, spec: { containers: [] } })).told).toEqual({
      kind: 'skip',
      reason: 'not_annotated',
    });
  });

  test('name a pod by its prefix where it has no name yet, and by nothing that is no text', async () => {
    const { ask } = cluster(store('https://one.example'));
    expect((await ask(pod())).pod).toBe('api-*');
    expect((await ask(pod({ metadata: { generateName: { a: 1 }, name: 7 } }))).pod).toBe('*');
  });
});
