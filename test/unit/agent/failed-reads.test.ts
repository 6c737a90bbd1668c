import { describe, expect, test } from '@jest/globals';
import { groupFailures } from '../../../agent/core/failed-reads.ts';
import { providerError } from '../../../lib/provider-error.ts';

describe('groupFailures', () => {
  test('tells each reason once, with its keys', () => {
    const down = providerError('unavailable', 'the store is down');
    const denied = providerError('denied', 'the policy does not allow it');
    expect(
      groupFailures([
        { key: 'a', error: denied },
        { key: 'b', error: down },
        { key: 'c', error: undefined },
        { key: 'd', error: { ...denied } },
      ]),
    ).toEqual([
      { keys: ['a', 'd'], error: denied },
      { keys: ['b'], error: down },
    ]);
  });

  test('says nothing of a good pass', () => {
    expect(groupFailures([{ key: 'a', error: undefined }])).toEqual([]);
  });
});
