import { describe, expect, test } from '@jest/globals';
import { assemble } from '../../../agent/core/generation.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { fileAt, planOf, sourceOf } from '../../support/agent/plans.ts';
import { renderingsOf } from '../../support/agent/renderings.ts';

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

const remember = (documents: Readonly<Record<number, unknown>>, of = plan) =>
  renderingsOf(
    of,
    Object.fromEntries(Object.entries(documents).map(([source, value]) => [source, JSON.stringify(value)])),
  );

const db = { user: 'u', password: 'p' };

const contents = (assembly: ReturnType<typeof assemble>): Record<string, string> =>
  Object.fromEntries(assembly.files.map(({ path, bytes }) => [path, bytes.reveal().toString()]));

const published = (files: Record<string, string>): ReadonlyMap<string, Redacted<Buffer>> =>
  new Map(Object.entries(files).map(([path, text]) => [path, new Redacted(Buffer.from(text))]));

describe('assemble', () => {
  test('is complete without what is optional', () => {
    const assembly = assemble(plan, remember({ 0: db, 2: { a: '1' } }), new Map());
    expect(assembly.complete).toBe(true);
    expect(assembly.origins).toEqual(['document', 'document', 'absent', 'absent', 'document']);
    expect(contents(assembly)).toEqual({ 'all/a': '1', password: 'p', user: 'u' });
  });

  test('is not complete without what is needed', () => {
    const assembly = assemble(plan, remember({ 0: db }), new Map());
    expect(assembly.complete).toBe(false);
    expect(assembly.origins[4]).toBe('missing');
  });

  test('carries over what stands in the volume where no document gives it', () => {
    const before = published({ user: 'old', ca: 'c', extra: 'e', 'all/a': 'x', 'all/b': 'y', foreign: 'z' });
    const assembly = assemble(plan, remember({ 0: db }), before);
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
    const assembly = assemble(plan, remember({ 0: db, 2: { a: '1' } }), before);
    expect(contents(assembly)).toEqual({ 'all/a': '1', password: 'p', user: 'u' });
  });

  test('files are sorted by path, whatever the order of the plan', () => {
    const assembly = assemble(plan, remember({ 0: db, 2: { b: '', a: '' } }), new Map());
    expect(assembly.files.map(({ path }) => path)).toEqual(['all/a', 'all/b', 'password', 'user']);
  });
});
