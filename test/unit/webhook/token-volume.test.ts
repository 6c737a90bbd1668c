import { describe, expect, test } from '@jest/globals';
import { cluster, pod, store } from '../../support/cluster.ts';

const withTokenVolume = (name: string, annotations: object = {}, spec: object = {}): object =>
  pod({
    annotations,
    spec: {
      containers: [{ name: 'app', volumeMounts: [{ name, mountPath: '/var/run/secrets/token' }] }],
      volumes: [{ name, projected: {} }],
      ...spec,
    },
  });

const one = 'kube-api-access-aaaaa';
const two = 'kube-api-access-bbbbb';

describe("the token volume's name", () => {
  test('does not matter', async () => {
    const { ask, isKnown: knows } = cluster(store('https://one.example'));
    const first = await ask(withTokenVolume(one));
    expect(knows(withTokenVolume(two))).toBe(true);
    expect((await ask(withTokenVolume(two))).review).toEqual(first.review);
  });

  test.each([
    ['a key', withTokenVolume(one, { 'keyferry.dev/secret.password': `vault://${one}#password` })],
    ['a file', withTokenVolume(one, { [`keyferry.dev/secret.${one}`]: 'vault://payments/db#password' })],
    ['where files go', withTokenVolume(one, { 'keyferry.dev/mount-path': `/${one}` })],
    ['a container that is warned of', withTokenVolume(one, { 'keyferry.dev/after': one })],
    [
      'a list that is replaced as a whole',
      withTokenVolume(
        one,
        {},
        {
          containers: [
            {
              name: 'app',
              volumeMounts: ['/a', '/b'].map((mountPath) => ({ name: one, mountPath })),
            },
          ],
        },
      ),
    ],
  ])('matters where it is also %s', async (_what, object) => {
    const { ask, isKnown: knows } = cluster(store('https://one.example'));
    const { told } = await ask(object);
    expect(told.kind).toBe('inject');
    expect(knows(JSON.parse(JSON.stringify(object).replaceAll(one, two)))).toBe(false);
    expect(knows(object)).toBe(false);
  });

  test('matters where a pod has two of them', async () => {
    const { ask, isKnown: knows } = cluster(store('https://one.example'));
    const both = withTokenVolume(one, { other: two });
    await ask(both);
    expect(knows(both)).toBe(true);
    expect(knows(withTokenVolume(two, { other: one }))).toBe(false);
    expect(knows(withTokenVolume(one, { other: one }))).toBe(false);
    expect(knows(withTokenVolume(one, { other: 'kube-api-access-ccccc' }))).toBe(false);
  });

  test('is not taken for what somebody wrote to look like its stand-in', async () => {
    const { ask, isKnown: knows } = cluster(store('https://one.example'));
    await ask(withTokenVolume(one, { other: one }));
    for (const text of ['\u0000', '\\u0000', 'kube-api-access-'])
      expect(knows(withTokenVolume(one, { other: text }))).toBe(false);
  });
});
