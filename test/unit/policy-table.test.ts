import { describe, expect, test } from '@jest/globals';
import { routeOf } from '../../lib/broker/route.ts';
import { decideAccess, type AccessDecision } from '../../lib/policy/decide.ts';
import { filterFound } from '../../lib/policy/filter-found.ts';
import { namedKeys } from '../../lib/policy/named-keys.ts';
import { readStore, type Store } from '../../lib/stores/store.ts';
import { policyTable, type Expected, type PolicyRow } from '../support/policy-table.ts';

type Answer = Exclude<Expected, { readonly by: 'wire' }>;

const requestOf = (row: PolicyRow, store: Store): Omit<Parameters<typeof decideAccess>[0], 'asked'> => ({
  store,
  readBy: 'broker',
  who: row.who,
  named: namedKeys(row.externalSecrets, store),
});

const policyOf = (row: PolicyRow, store: Store): { decision: AccessDecision; kept?: readonly string[] } => {
  const request = requestOf(row, store);
  const { want } = row;
  if ('key' in want) {
    const { key, turnsOutAs: canonical } = want;
    const asked = canonical === undefined ? { kind: 'key', key } : { kind: 'read', key, canonical };
    return { decision: decideAccess({ ...request, asked } as Parameters<typeof decideAccess>[0]) };
  }
  const decision = decideAccess({ ...request, asked: { kind: 'find' } });
  const { kept, refused } = filterFound(request, want.find, new Map(want.found.map((name) => [name, true])));
  expect(kept.size + refused).toBe(want.found.length);
  return { decision, kept: [...kept.keys()] };
};

const answer = (row: PolicyRow): Answer => {
  const { store, problems } = readStore(row.store);
  if (store === undefined) return { allowed: false, by: 'manifest', problem: problems.join('\n') };
  const route = routeOf(store, row.who, row.install);
  if (route.by === 'nobody')
    return { allowed: false, by: 'route', code: route.problems[0]?.code ?? 'broker_off' };
  expect(route.by).toBe('broker');
  const { decision, kept } = policyOf(row, store);
  if (!decision.allowed) return { allowed: false, by: 'policy', reason: decision.reason };
  return { ...decision, ...(kept === undefined ? {} : { kept }) };
};

/** What only the wire shows is allowed as far as words go. */
const wanted = (expected: Expected): unknown => {
  if (expected.allowed || expected.by === 'route') return expected;
  if (expected.by === 'wire') return { allowed: true, rule: expect.any(String) };
  return expected.by === 'policy'
    ? { ...expected, reason: expect.stringContaining(expected.reason) }
    : { ...expected, problem: expect.stringContaining(expected.problem) };
};

test('every row has a name of its own', () => {
  const names = policyTable.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.length).toBeGreaterThan(1000);
});

describe('who gets what', () => {
  test.each(policyTable)('$name', (row) => {
    expect(answer(row)).toEqual(wanted(row.expected));
  });
});
