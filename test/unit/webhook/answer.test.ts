import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/kube/object.ts';
import type { Answer } from '../../../webhook/answer.ts';
import { encodeReview } from '../../../webhook/core/review.ts';
import { answerReview, goldenAnswers, isKnown } from '../../support/answers.ts';
import { cluster, pod, store } from '../../support/cluster.ts';
import { decideOn } from '../../support/golden-admission.ts';
import { caseNames, loadCase } from '../../support/golden-case.ts';

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
      const answers = goldenAnswers(golden);
      const { uid } = golden.review['request'] as { uid: string };
      const expected = JSON.stringify(encodeReview(uid, decideOn(golden.review, golden)));
      for (const turn of ['first', 'second']) {
        const { review } = await answerReview(answers, golden.review);
        expect([name, turn, review]).toEqual([name, turn, expected]);
      }
    }
  });

  test('carry the uid of their own request', async () => {
    const { ask } = cluster(store('https://one.example'));
    const texts: string[] = [];
    for (const uid of ['uid "1"', 'uid-2', 'uid-3']) texts.push((await ask(pod(), uid)).review);
    const [first = '', ...others] = texts;
    expect(JSON.parse(first)).toMatchObject({ response: { uid: 'uid "1"', allowed: true } });
    expect(others).toEqual(
      ['"uid-2"', '"uid-3"'].map((uid) => first.replace(JSON.stringify('uid "1"'), uid)),
    );
  });

  test('are known for another copy of a pod, whatever its name, labels and owners', async () => {
    const { ask, asked } = cluster(store('https://one.example'));
    const first = await ask(pod());
    const metadata = { name: 'api-0', labels: { index: '0' }, managedFields: [{}], ownerReferences: [{}] };
    const again = await lookUpsOf(asked, async () => {
      const { request, told, review } = await ask(pod({ metadata }), 'second');
      expect(request).toEqual({ uid: 'second', namespace: 'payments', pod: 'api-0' });
      expect(told).toEqual(first.told);
      expect(review).toBe(first.review.replace('"first"', '"second"'));
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

  test('follow an ExternalSecret that changes, goes, or gives way to one of our own', async () => {
    const secret = (apiVersion: string, key: string): KubeObject => ({
      apiVersion,
      kind: 'ExternalSecret',
      metadata: { name: 'db', namespace: 'payments' },
      spec: {
        secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
        data: [{ secretKey: 'password', remoteRef: { key } }],
      },
    });
    const theirs = 'external-secrets.io/v1';
    const ours = 'keyferry.dev/v1beta1';
    const vault = store('https://one.example');
    const uses = pod({ annotations: { 'keyferry.dev/external-secrets': 'db' } });
    const { ask, apply, isKnown: known } = cluster(vault, secret(theirs, 'first-key'));
    expect(patchIn(await ask(uses))).toContain('first-key');
    expect(known(uses)).toBe(true);

    apply(vault, secret(theirs, 'second-key'));
    expect(known(uses)).toBe(false);
    expect(patchIn(await ask(uses))).toContain('second-key');

    apply(vault, secret(theirs, 'second-key'), secret(ours, 'third-key'));
    expect(patchIn(await ask(uses))).toContain('third-key');

    const another = store('https://two.example');
    apply(another, secret(ours, 'third-key'));
    expect(patchIn(await ask(uses))).toContain('https://two.example');

    apply(another);
    expect((await ask(uses)).told.kind).toBe('deny');
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

  test('name a pod by its prefix where it has no name yet, the first time and the next', async () => {
    const { ask } = cluster(store('https://one.example'));
    for (const turn of ['first', 'second'])
      expect([turn, (await ask(pod())).request.pod]).toEqual([turn, 'api-*']);
  });

  test('follow an object that is removed', async () => {
    const { ask, apply } = cluster(store('https://one.example'));
    await ask(pod());
    apply();
    expect((await ask(pod())).told.kind).toBe('deny');
  });

  test("follow the pod's ServiceAccount where its annotations say who it is", async () => {
    const aws: KubeObject = {
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'ClusterSecretStore',
      metadata: { name: 'aws' },
      spec: {
        provider: {
          aws: {
            service: 'SecretsManager',
            region: 'eu-central-1',
            auth: { jwt: { serviceAccountRef: { name: 'api' } } },
          },
        },
      },
    };
    const account = (role: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: 'api',
        namespace: 'payments',
        annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::111122223333:role/${role}` },
      },
    });
    const reader = pod({ annotations: { 'keyferry.dev/secret.password': 'aws://db#password' } });
    const { ask, apply } = cluster(aws, account('one'));
    expect(patchIn(await ask(reader))).toContain('role/one');
    apply(aws, account('two'));
    expect(patchIn(await ask(reader))).toContain('role/two');
  });

  test('with other settings are not those of before', async () => {
    const golden = loadCase('shape-minimal');
    const settings = { ...golden.settings, agentImage: 'registry.example/another-agent:1' };
    const images: string[] = [];
    for (const known of [golden, { ...golden, settings }]) {
      const answers = goldenAnswers(known);
      await answerReview(answers, golden.review);
      images.push(patchIn(await answerReview(answers, golden.review)));
    }
    expect(images.map((patch) => patch.includes('another-agent'))).toEqual([false, true]);
  });

  test('are given to a pod that was injected already in the same way', async () => {
    const golden = loadCase('again-untouched');
    const answers = goldenAnswers(golden);
    await answerReview(answers, golden.review);
    expect(isKnown(answers, golden.review)).toBe(true);
    expect(JSON.parse((await answerReview(answers, golden.review)).review)).toMatchObject({
      response: { allowed: true },
    });
  });
});
