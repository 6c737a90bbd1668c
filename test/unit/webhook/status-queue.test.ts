import { expect, test } from '@jest/globals';
import { StatusQueue, type StatusKey } from '../../../webhook/status/queue.ts';

const key = (name: string): StatusKey => ({ kind: 'SecretStore', namespace: 'payments', name });
const drained = (queue: StatusQueue): string[] => {
  const names: string[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) names.push(next.name);
  return names;
};

test('what somebody changed goes first, each once, in order', () => {
  const queue = new StatusQueue();
  for (const name of ['a', 'b', 'c']) queue.add(key(name), { changed: false });
  queue.add(key('d'), { changed: true });
  queue.add(key('b'), { changed: true });
  queue.add(key('d'), { changed: false });
  expect(drained(queue)).toEqual(['d', 'b', 'a', 'c']);
  expect(queue.next()).toBeUndefined();
});

test('kinds and namespaces are told apart', () => {
  const queue = new StatusQueue();
  queue.add(key('a'), { changed: false });
  queue.add({ kind: 'ExternalSecret', namespace: 'payments', name: 'a' }, { changed: false });
  queue.add({ kind: 'SecretStore', namespace: 'other', name: 'a' }, { changed: false });
  queue.add({ kind: 'ClusterSecretStore', name: 'a' }, { changed: false });
  expect(drained(queue)).toHaveLength(4);
});
