import { describe, expect, test } from '@jest/globals';
import { addressText, sourceAddress } from '../../../agent/core/identity.ts';
import type { PlanSource } from '../../../lib/plan.ts';
import { fileStore, planOf, sourceOf } from '../../support/agent/plans.ts';

const plan = planOf({ stores: [fileStore('one'), fileStore('two')] });

const text = (fields: Partial<PlanSource> = {}): string =>
  addressText(sourceAddress(plan, sourceOf('pki/issue/web', fields)));

const parameter = (name: string, value: string) => ({ name, value });

describe('the address of a source', () => {
  test('is the same whatever its interval', () => {
    expect(text({ intervalSeconds: 5 })).toBe(text());
    expect(text({ parameters: [] })).toBe(text());
  });

  test('tells apart what is read', () => {
    const addresses = [
      text(),
      text({ store: 1 }),
      text({ key: 'pki/issue' }),
      text({ version: '1' }),
      text({ stage: '1' }),
      text({ version: '1', stage: '1' }),
      text({ parameters: [parameter('common_name', 'a')] }),
      text({ parameters: [parameter('common_name', 'b')] }),
      text({ parameters: [parameter('common_name', 'a'), parameter('ttl', '1h')] }),
      text({ parameters: [parameter('common_name', 'a,ttl'), parameter('1h', '')] }),
      text({ key: '', find: {} }),
      text({ key: '', find: { path: 'a' } }),
      text({ key: '', find: { name: 'a' } }),
      text({ key: '', find: { tags: [parameter('a', 'b')] } }),
      text({ key: '', find: { path: 'a', name: 'a', tags: [parameter('a', 'c')] } }),
    ];
    expect(new Set(addresses).size).toBe(addresses.length);
  });
});
