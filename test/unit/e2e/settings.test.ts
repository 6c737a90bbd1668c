import { describe, expect, test } from '@jest/globals';
import { kustomizeImage } from '../../e2e/image-name.ts';
import { runParallel } from '../../e2e/parallel.ts';
import { readSettings } from '../../e2e/settings.ts';

describe('what the environment asks of an e2e run', () => {
  test('by default: the images of make images, and nothing stays', () => {
    expect(readSettings({})).toEqual({
      images: { webhook: 'keyferry-webhook:0.1.0', agent: 'keyferry-agent:0.1.0' },
      force: false,
      slow: false,
      keep: 'never',
    });
  });

  test.each([
    [undefined, 'never'],
    ['', 'never'],
    ['0', 'never'],
    ['1', 'always'],
    ['on-failure', 'on-failure'],
  ])('KEEP=%s', (value, keep) => {
    expect(readSettings({ KEEP: value }).keep).toBe(keep);
  });
});

test.each([
  ['name', { newName: 'name' }],
  ['name:1.0', { newName: 'name', newTag: '1.0' }],
  ['registry:5000/a/name', { newName: 'registry:5000/a/name' }],
  ['registry:5000/name:1', { newName: 'registry:5000/name', newTag: '1' }],
  ['a/name@sha256:00', { newName: 'a/name', digest: 'sha256:00' }],
  ['a/name:1@sha256:00', { newName: 'a/name', newTag: '1', digest: 'sha256:00' }],
])('kustomize is told %s', (image, wanted) => {
  expect(kustomizeImage(image)).toEqual(wanted);
});

test('tasks run in their order, so many at a time', async () => {
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  await runParallel([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  });
  expect(begun).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});
