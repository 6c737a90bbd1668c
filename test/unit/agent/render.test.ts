import { describe, expect, test } from '@jest/globals';
import type { PlanFile } from '../../../lib/plan.ts';
import type { LeaseProperties } from '../../../lib/selected-value.ts';
import { fileAt } from '../../support/agent/plans.ts';
import { renderDocument, shownRendering } from '../../support/agent/renderings.ts';

const rendered = (file: PlanFile, document: string, lease?: LeaseProperties): unknown =>
  shownRendering(renderDocument(file, document, lease));

describe('renderFile', () => {
  test('a value without property is the document as it is', () => {
    expect(rendered(fileAt('key', { mode: '0400' }), 'raw \u00e4')).toEqual([['key', 'raw \u00e4', '400']]);
  });

  test('property, then decode', () => {
    const file = fileAt('key', { property: 'a', decode: 'base64' });
    expect(rendered(file, '{"a":"c2VjcmV0"}')).toEqual([['key', 'secret', '440']]);
  });

  test('a property that is not there', () => {
    expect(rendered(fileAt('key', { property: 'b' }), '{"a":1}')).toMatch(/^not_found: .*"b"/);
  });

  test('extract makes a file of each field, sorted, numbers as they were written', () => {
    const file = fileAt('db', { kind: 'extract' });
    expect(rendered(file, '{"port":5432.0,"host":"h","constructor":"c","tls":{"a":true}}')).toEqual([
      ['db/constructor', 'c', '440'],
      ['db/host', 'h', '440'],
      ['db/port', '5432.0', '440'],
      ['db/tls', '{"a":true}', '440'],
    ]);
  });

  test('extract decodes each field', () => {
    const file = fileAt('db', { kind: 'extract', decode: 'base64' });
    expect(rendered(file, '{"a":"YQ==","b":"Yg=="}')).toEqual([
      ['db/a', 'a', '440'],
      ['db/b', 'b', '440'],
    ]);
    expect(rendered(file, '{"a":"YQ==","b":"no"}')).toBe('invalid: the value is not base64');
  });

  test('extract of a property that is an object', () => {
    const file = fileAt('db', { kind: 'extract', property: 'prod' });
    expect(rendered(file, '{"prod":{"a":"1"},"dev":{"a":"2"}}')).toEqual([['db/a', '1', '440']]);
  });

  test('an empty object has no files', () => {
    expect(rendered(fileAt('db', { kind: 'extract' }), '{}')).toEqual([]);
  });

  test.each(['[1]', '"text"', 'text', 'null', ''])('%j cannot be extracted', (document) => {
    expect(rendered(fileAt('db', { kind: 'extract' }), document)).toMatch(/^invalid: /);
  });

  test.each(['../x', 'a/b', '..', '.', '', '..data', 'a\u0000b', 'x'.repeat(256)])(
    'the field name %j does not become a path',
    (name) => {
      expect(rendered(fileAt('db', { kind: 'extract' }), JSON.stringify({ [name]: 'v' }))).toMatch(
        /^invalid: field /,
      );
    },
  );
});

describe('what a lease says of itself', () => {
  const lease = { id: 'database/creds/app/1', durationSeconds: 3_600, renewable: true };

  test.each([
    ['lease_id', 'database/creds/app/1'],
    ['lease_duration', '3600'],
    ['renewable', 'true'],
  ])('is the property %s', (property, value) => {
    expect(rendered(fileAt('a', { property }), '{"user":"u"}', lease)).toEqual([['a', value, '440']]);
    expect(rendered(fileAt('a', { property }), '{"user":"u"}')).toMatch(/^not_found: /);
  });

  test('comes after the secret’s own fields', () => {
    expect(rendered(fileAt('a', { property: 'lease_id' }), '{"lease_id":""}', lease)).toEqual([
      ['a', '', '440'],
    ]);
  });

  test('is nothing else, no part of an extract, and no way into what is not JSON', () => {
    expect(rendered(fileAt('a', { property: 'constructor' }), '{}', lease)).toMatch(/^not_found: /);
    expect(rendered(fileAt('a', { kind: 'extract' }), '{"user":"u"}', lease)).toEqual([
      ['a/user', 'u', '440'],
    ]);
    expect(rendered(fileAt('a', { kind: 'extract', property: 'lease_id' }), '{}', lease)).toMatch(
      /^invalid: /,
    );
    expect(rendered(fileAt('a', { property: 'lease_id' }), 'text', lease)).toMatch(/^invalid: /);
  });
});
