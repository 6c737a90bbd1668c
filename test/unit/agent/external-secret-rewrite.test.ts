import { describe, expect, test } from '@jest/globals';
import { renderFile } from '../../../agent/core/render.ts';
import type { Templates } from '../../../agent/core/tools.ts';
import { encodeFoundSecrets } from '../../../lib/found-secrets.ts';
import type { PlanRewrite } from '../../../lib/plan.ts';
import { planOf } from '../../support/agent/plans.ts';
import { inputsOf, shownRendering } from '../../support/agent/renderings.ts';
import { externalSecretAt, setOf, templatesFor } from '../../support/agent/template-plans.ts';

const regexp = (source: string, target: string): PlanRewrite => ({ kind: 'regexp', source, target });
const transform = (template: string): PlanRewrite => ({ kind: 'transform', template });
const merge = (fields: Partial<Extract<PlanRewrite, { kind: 'merge' }>> = {}): PlanRewrite => ({
  kind: 'merge',
  strategy: 'Extract',
  into: '',
  priority: [],
  priorityPolicy: 'Strict',
  conflictPolicy: 'Error',
  ...fields,
});

const rendered = async (
  rewrite: readonly PlanRewrite[],
  secrets: Record<string, string>,
): Promise<unknown> => {
  const file = externalSecretAt({ sets: [setOf({ kind: 'find', rewrite: [...rewrite] })] });
  const templates: Templates = await templatesFor(planOf({ files: [file] }));
  const document = encodeFoundSecrets(
    new Map(Object.entries(secrets).map(([name, text]) => [name, Buffer.from(text)])),
  );
  const rendering = renderFile(file, inputsOf({ 0: document }), templates.begin(new Map()));
  if (rendering?.ok !== true) return shownRendering(rendering);
  return Object.fromEntries(
    rendering.value.files.map(({ path, bytes }) => [path.replace('app/', ''), bytes.reveal().toString()]),
  );
};

const failure = (reason: string): string =>
  `invalid: ExternalSecret "app": dataFrom[0]: rewrite[0]: ${reason}`;

describe('rewrite by regular expression', () => {
  test('replaces as Go does: groups by number and name, every match, text around it stays', async () => {
    const secrets = { 'team/db/user': '1', 'team/db/password': '2' };
    expect(await rendered([regexp('^team/(?P<kind>[^/]+)/', '${kind}_$1-')], secrets)).toEqual({
      'db_db-user': '1',
      'db_db-password': '2',
    });
    expect(await rendered([regexp('/', '.')], secrets)).toEqual({
      'team.db.user': '1',
      'team.db.password': '2',
    });
    expect(await rendered([regexp('^(team)/db/', '$1x')], { 'team/db/a': '1' })).toEqual({ a: '1' });
  });

  test('goes step by step, and then names are not converted', async () => {
    expect(await rendered([regexp('^a', 'b'), regexp('^b', 'c')], { 'a-1': 'x' })).toEqual({ 'c-1': 'x' });
    expect(await rendered([regexp('z', '')], { 'a/b': 'x' })).toBe(
      'invalid: ExternalSecret "app": dataFrom[0]: the key "a/b" has the character "/"; only letters, digits, "-", "." and "_" are allowed',
    );
  });

  test('keeps the later of two names that become one', async () => {
    expect(await rendered([regexp('[0-9]', '')], { a1: '1', a2: '2' })).toEqual({ a: '2' });
  });
});

describe('rewrite by template', () => {
  test('makes each name of `.value`', async () => {
    expect(await rendered([transform('{{ .value | upper }}_X')], { a: '1', b: '2' })).toEqual({
      A_X: '1',
      B_X: '2',
    });
  });

  test('fails with what Go says', async () => {
    expect(await rendered([transform('{{ .other }}')], { a: 'hunter2' })).toBe(
      failure('template: transform:1:3: executing "transform" at <.other>: map has no entry for key "other"'),
    );
  });
});

describe('rewrite by merging', () => {
  test('makes the fields of all objects keys, as Go prints values that it has read from JSON', async () => {
    const fields =
      '{"s":"t","n":1.50,"big":12345678901234567890,"e":1e30,"t":true,"z":null,"o":{"b":"<","a":1},"l":[1,"&"]}';
    expect(await rendered([merge()], { one: fields, two: '{"x":"y"}' })).toEqual({
      s: 't',
      n: '1.5',
      big: '12345678901234567000',
      e: '1000000000000000000000000000000',
      t: 'true',
      z: '',
      o: String.raw`{"a":1,"b":"\u003c"}`,
      l: String.raw`[1,"\u0026"]`,
      x: 'y',
    });
  });

  test('puts all into one key beside the others', async () => {
    expect(
      await rendered([merge({ strategy: 'JSON', into: 'all' })], { one: '{"b":"<"}', two: '{"a":1.0}' }),
    ).toEqual({ one: '{"b":"<"}', two: '{"a":1.0}', all: '{"a":1,"b":"<"}' });
  });

  test('lets priority decide, in its order, and else names', async () => {
    const secrets = { a: '{"k":"a"}', b: '{"k":"b"}', c: '{"k":"c"}' };
    const ignoring = { conflictPolicy: 'Ignore' } as const;
    expect(await rendered([merge(ignoring)], secrets)).toEqual({ k: 'c' });
    expect(await rendered([merge({ ...ignoring, priority: ['c', 'a'] })], secrets)).toEqual({ k: 'a' });
  });

  test.each([
    [
      'a conflict',
      merge(),
      { a: '{"k":"hunter2"}', b: '{"k":"hunter3"}' },
      'merge: more than one secret has "k"',
    ],
    ['a priority that is not there', merge({ priority: ['x'] }), { a: '{}' }, 'merge: there is no key "x"'],
    ['what is no object', merge(), { a: 'hunter2' }, 'merge: the value of "a" is not a JSON object'],
    [
      'a number without a double',
      merge(),
      { a: '{"n":1e999}' },
      'merge: the value of "a" is not a JSON object',
    ],
  ])('refuses %s', async (_what, rule, secrets, reason) => {
    expect(await rendered([rule], secrets as unknown as Record<string, string>)).toBe(failure(reason));
  });

  test('passes over a priority that is not there where that is allowed', async () => {
    expect(
      await rendered([merge({ priority: ['x'], priorityPolicy: 'IgnoreNotFound' })], { a: '{"k":"1"}' }),
    ).toEqual({
      k: '1',
    });
  });
});

test('the names of one secret share the bounds of one template', async () => {
  const secrets = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, 'x']));
  expect(await rendered([regexp('a?'.repeat(1500), '')], secrets)).toBe(
    failure('functions make more than 33554432 bytes'),
  );
});
