import { describe, expect, test } from '@jest/globals';
import { assemble, renderDocument, type Memory } from '../../../agent/core/generation.ts';
import type { Plan } from '../../../lib/plan.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { fileAt, planOf, sourceOf } from '../../support/agent/plans.ts';

const plan = planOf({
  sources: [sourceOf('db'), sourceOf('extra'), sourceOf('all')],
  files: [
    fileAt('user', { property: 'user' }),
    fileAt('password', { property: 'password' }),
    fileAt('ca', { property: 'ca', optional: true }),
    fileAt('extra', { source: 1, optional: true }),
    fileAt('all', { source: 2, kind: 'extract' }),
  ],
});

const remember = (source: number, document: unknown, of: Plan = plan): Memory => {
  const bytes = Buffer.from(JSON.stringify(document));
  const renderings = renderDocument(of, source, bytes);
  if (!renderings.ok) throw new Error('the document was refused');
  return { document: new Redacted(bytes), fetchedAt: 0, renderings: renderings.value };
};

const db = { user: 'u', password: 'p' };

const contents = (assembly: ReturnType<typeof assemble>): Record<string, string> =>
  Object.fromEntries(assembly.files.map(({ path, bytes }) => [path, bytes.reveal().toString()]));

const published = (files: Record<string, string>): ReadonlyMap<string, Redacted<Buffer>> =>
  new Map(Object.entries(files).map(([path, text]) => [path, new Redacted(Buffer.from(text))]));

describe('renderDocument', () => {
  test('is taken where an optional file does not come out', () => {
    const result = renderDocument(plan, 0, Buffer.from(JSON.stringify(db)));
    expect(result.ok && [...result.value].map(([file, { ok }]) => [file, ok])).toEqual([
      [0, true],
      [1, true],
      [2, false],
    ]);
  });

  test('is refused as a whole where one that is needed does not, with every such file', () => {
    const result = renderDocument(plan, 0, Buffer.from('{"ca":"c"}'));
    expect(!result.ok && result.error.map(({ file, error }) => [file, error.code])).toEqual([
      [0, 'not_found'],
      [1, 'not_found'],
    ]);
  });
});

describe('assemble', () => {
  test('is complete without what is optional', () => {
    const assembly = assemble(plan, [remember(0, db), undefined, remember(2, { a: '1' })], new Map());
    expect(assembly.complete).toBe(true);
    expect(assembly.origins).toEqual(['document', 'document', 'absent', 'absent', 'document']);
    expect(contents(assembly)).toEqual({ 'all/a': '1', password: 'p', user: 'u' });
  });

  test('is not complete without what is needed', () => {
    const assembly = assemble(plan, [remember(0, db), undefined, undefined], new Map());
    expect(assembly.complete).toBe(false);
    expect(assembly.origins[4]).toBe('missing');
  });

  test('carries over what stands in the volume where no document gives it', () => {
    const before = published({ user: 'old', ca: 'c', extra: 'e', 'all/a': 'x', 'all/b': 'y', foreign: 'z' });
    const assembly = assemble(plan, [remember(0, db), undefined, undefined], before);
    expect(assembly.complete).toBe(true);
    expect(assembly.origins).toEqual(['document', 'document', 'carried', 'carried', 'carried']);
    expect(contents(assembly)).toEqual({
      'all/a': 'x',
      'all/b': 'y',
      ca: 'c',
      extra: 'e',
      password: 'p',
      user: 'u',
    });
  });

  test('a field that is gone from an extracted document is gone', () => {
    const before = published({ user: 'u', password: 'p', 'all/a': '1', 'all/b': '2' });
    const assembly = assemble(plan, [remember(0, db), undefined, remember(2, { a: '1' })], before);
    expect(contents(assembly)).toEqual({ 'all/a': '1', password: 'p', user: 'u' });
  });

  test('files are sorted by path, whatever the order of the plan', () => {
    const assembly = assemble(plan, [remember(0, db), undefined, remember(2, { b: '', a: '' })], new Map());
    expect(assembly.files.map(({ path }) => path)).toEqual(['all/a', 'all/b', 'password', 'user']);
  });
});
