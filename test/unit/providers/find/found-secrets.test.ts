import { expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { err, ok } from '../../../../lib/result.ts';
import { findBounds } from '../../../../providers/find/bounds.ts';
import { Collection } from '../../../../providers/find/found-secrets.ts';
import { shownFind } from '../../../support/found.ts';

const secret = (bytes: string | Buffer) => ok({ bytes: new Redacted(Buffer.from(bytes)) });

test('a collection is all that was taken, whatever the order and the names', () => {
  const one = new Collection();
  const other = new Collection();
  const names = ['b', 'a', '__proto__', 'constructor', '10', '9', 'ü'];
  for (const name of names) one.take(name, secret(name));
  for (const name of [...names].reverse()) other.take(name, secret(name));
  expect(shownFind(one.outcome())).toEqual(
    Object.fromEntries(names.map((name) => [name, Buffer.from(name).toString('latin1')])),
  );
  const bytesOf = (collection: Collection) => {
    const outcome = collection.outcome();
    return outcome.ok ? outcome.value.bytes.reveal().toString() : '';
  };
  expect(bytesOf(one)).toBe(bytesOf(other));
});

test('a secret that is gone is left out, and every other failure is the whole', () => {
  const collection = new Collection();
  expect(collection.take('gone', err(providerError('not_found', 'gone')))).toEqual(ok(undefined));
  for (const code of ['denied', 'unavailable', 'timeout', 'throttled', 'invalid', 'unauthenticated'] as const)
    expect(collection.take('x', err(providerError(code, 'why')))).toEqual(err(providerError(code, 'why')));
  expect(shownFind(collection.outcome())).toEqual({});
});

test('bytes count together', () => {
  const collection = new Collection();
  const half = Buffer.alloc(findBounds.bytes / 2);
  expect(collection.take('a', secret(half)).ok).toBe(true);
  expect(collection.take('b', secret(half)).ok).toBe(true);
  expect(collection.take('c', secret('x'))).toEqual(
    err(
      providerError(
        'invalid',
        'the secrets that fit the find have more than 4194304 bytes: narrow it by find.path or find.name',
      ),
    ),
  );
});
