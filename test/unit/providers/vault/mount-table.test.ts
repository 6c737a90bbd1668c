import { describe, expect, test } from '@jest/globals';
import { parseJsonKeepingNumbers } from '../../../../lib/json.ts';
import type { JsonObject } from '../../../../providers/vault/answer.ts';
import { mountOf, parseMountTable } from '../../../../providers/vault/mount-table.ts';

const parse = (secret: unknown) =>
  parseMountTable(parseJsonKeepingNumbers(JSON.stringify({ data: { auth: {}, secret } })) as JsonObject);

describe('the mount table', () => {
  test('tells engines and versions of key-value', () => {
    const table = parse({
      'kv/': { type: 'kv', options: { version: '2' } },
      'number/': { type: 'kv', options: { version: 2 } },
      'first/': { type: 'kv', options: { version: '1' } },
      'bare/': { type: 'kv', options: null },
      'generic/': { type: 'generic', options: {} },
      'team/a/': { type: 'database', options: null },
      'strange/': 'text',
      'untyped/': { options: {} },
    });
    expect(table).toEqual([
      { path: ['kv'], type: 'kv', kvVersion: 2 },
      { path: ['number'], type: 'kv', kvVersion: 2 },
      { path: ['first'], type: 'kv', kvVersion: 1 },
      { path: ['bare'], type: 'kv', kvVersion: 1 },
      { path: ['generic'], type: 'generic', kvVersion: 1 },
      { path: ['team', 'a'], type: 'database' },
    ]);
  });

  test.each([{}, { data: null }, { data: {} }, { data: { secret: [] } }, { data: { secret: 'x' } }])(
    'is not %j',
    (body) => {
      expect(parseMountTable(body)).toBeUndefined();
    },
  );

  test('finds the longest mount by whole segments', () => {
    const table = parse({
      'a/': { type: 'kv' },
      'a/b/': { type: 'kv' },
      'ab/': { type: 'kv' },
      '/': { type: 'kv' },
    })!;
    const find = (path: string) => mountOf(table, path.split('/'))?.path.join('/');
    expect(['a/x', 'a/b/x', 'a/b', 'a/bc', 'ab/x', 'abc/x'].map(find)).toEqual([
      'a',
      'a/b',
      'a/b',
      'a',
      'ab',
      undefined,
    ]);
  });
});
