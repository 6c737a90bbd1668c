import { expect, test } from '@jest/globals';
import { followObjects } from '../../../broker/access/objects.ts';
import { objectCache } from '../../../lib/kube/object-cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const own = 'keyferry.dev/v1beta1';
const theirs = 'external-secrets.io/v1';

const object = (kind: string, apiVersion: string, name: string, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
  spec: { of: apiVersion },
});

const never = { onChange: () => () => undefined };

test('of two ExternalSecrets or stores of one name, Keyferry’s own counts, as at admission', () => {
  const cache = objectCache(
    [
      object('ExternalSecret', theirs, 'db', 'payments'),
      object('ExternalSecret', own, 'db', 'payments'),
      object('ExternalSecret', theirs, 'api', 'payments'),
      object('ExternalSecret', own, 'db', 'hr'),
      object('SecretStore', theirs, 'vault', 'payments'),
      object('SecretStore', own, 'vault', 'payments'),
      object('ClusterSecretStore', theirs, 'shared'),
    ],
    new ManualClock(),
  );
  const objects = followObjects(cache, never);
  const shown = objects
    .externalSecrets('payments')
    .map(({ apiVersion, metadata }) => `${apiVersion} ${metadata.name}`);
  expect(shown).toEqual([`${own} db`, `${theirs} api`]);
  expect(objects.externalSecrets('payments')).toBe(objects.externalSecrets('payments'));
  expect(objects.externalSecrets('nobody')).toEqual([]);
  expect(objects.store('SecretStore', 'payments', 'vault')?.apiVersion).toBe(own);
  expect(objects.store('ClusterSecretStore', 'payments', 'shared')?.apiVersion).toBe(theirs);
  expect(objects.store('SecretStore', 'hr', 'vault')).toBeUndefined();
});

test("a change of the broker's file concerns every namespace, until the end", () => {
  const listeners = new Set<() => void>();
  const install = {
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const objects = followObjects(objectCache([], new ManualClock()), install);
  const heard: (string | undefined)[] = [];
  const leave = objects.onChange((namespace) => heard.push(namespace));
  for (const listener of listeners) listener();
  expect([heard, objects.generation]).toEqual([[undefined], 1]);
  leave();
  for (const listener of listeners) listener();
  expect([heard, objects.generation]).toEqual([[undefined], 2]);
  objects.stop();
  expect(listeners.size).toBe(0);
});
