import { expect, test } from '@jest/globals';
import { OpenLimit } from '../../../../broker/stores/open-limit.ts';

const answer = (taken: ReturnType<OpenLimit['take']>): string => (taken.ok ? 'ok' : taken.error.message);

test('a namespace has so many places, whatever the others have', () => {
  const limit = new OpenLimit({ inAll: 10, ofOne: 2 });
  const first = limit.take('payments');
  expect(answer(first)).toBe('ok');
  expect(answer(limit.take('payments'))).toBe('ok');
  expect(answer(limit.take('payments'))).toBe(
    'namespace payments has 2 SecretStores of Bitwarden in use, which is as many as one may have; use one store for a project',
  );
  expect(answer(limit.take('shop'))).toBe('ok');
  if (first.ok) {
    first.value();
    first.value();
  }
  expect(answer(limit.take('payments'))).toBe('ok');
  expect(limit.take('payments').ok).toBe(false);
});

test('there are so many in all; the platform has no namespace', () => {
  const limit = new OpenLimit({ inAll: 3, ofOne: 2 });
  for (let count = 0; count < 3; count += 1) expect(answer(limit.take(undefined))).toBe('ok');
  const refused = limit.take('shop');
  expect(refused).toEqual({
    ok: false,
    error: {
      code: 'unavailable',
      message:
        'this broker has 3 stores of Bitwarden open, each a process of its own, and no room for more; use fewer stores',
    },
  });
});
