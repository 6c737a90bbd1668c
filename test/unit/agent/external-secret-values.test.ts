import { describe, expect, test } from '@jest/globals';
import { renderFile, type FileInputs } from '../../../agent/core/render.ts';
import { encodeFoundSecrets } from '../../../lib/found-secrets.ts';
import type { PlanExternalSecretFile } from '../../../lib/plan.ts';
import { inputsOf, noTools, shownRendering } from '../../support/agent/renderings.ts';
import { entryOf, externalSecretAt, setOf } from '../../support/agent/template-plans.ts';

/** Each file's name and content, or the error. */
const rendered = (fields: Partial<PlanExternalSecretFile>, inputs: FileInputs): unknown => {
  const rendering = renderFile(externalSecretAt(fields), inputs, noTools());
  if (rendering?.ok !== true) return shownRendering(rendering);
  return Object.fromEntries(
    rendering.value.files.map(({ path, bytes }) => [path, bytes.reveal().toString()]),
  );
};

const found = (secrets: Record<string, string>): Buffer =>
  encodeFoundSecrets(new Map(Object.entries(secrets).map(([name, text]) => [name, Buffer.from(text)])));

const gone = { gone: true };

describe('entries', () => {
  test('become files of their keys, as properties of one document or of several', () => {
    const entries = [
      entryOf('user', { property: 'user' }),
      entryOf('password', { property: 'nested.password' }),
      entryOf('raw', { source: 1 }),
    ];
    expect(
      rendered({ entries }, inputsOf({ 0: '{"user":"u","nested":{"password":"p"}}', 1: 'text' })),
    ).toEqual({ 'app/user': 'u', 'app/password': 'p', 'app/raw': 'text' });
  });

  test('take properties of a lease', () => {
    const lease = { id: 'database/creds/app/1', durationSeconds: 60, renewable: true };
    const inputs = inputsOf({ 0: { document: Buffer.from('{}'), lease, gone: false } });
    expect(rendered({ entries: [entryOf('id', { property: 'lease_id' })] }, inputs)).toEqual({
      'app/id': 'database/creds/app/1',
    });
  });

  test('are decoded', () => {
    const entries = [entryOf('a', { decode: 'base64' })];
    expect(rendered({ entries }, inputsOf({ 0: 'aGk=' }))).toEqual({ 'app/a': 'hi' });
    expect(rendered({ entries }, inputsOf({ 0: 'hunter2' }))).toBe(
      'invalid: ExternalSecret "app": data: key "a": the value is not base64',
    );
  });

  test('without their property are an error that names both', () => {
    expect(rendered({ entries: [entryOf('a', { property: 'b' })] }, inputsOf({ 0: '{"c":"hunter2"}' }))).toBe(
      'not_found: ExternalSecret "app": data: key "a": the secret has no property "b"',
    );
  });

  test('with a NUL byte are an error where that is asked for, after decoding', () => {
    const inputs = inputsOf({ 0: Buffer.from([1, 0, 2]).toString('base64') });
    const entry = (refuseNullBytes: boolean) => entryOf('a', { decode: 'base64', refuseNullBytes });
    expect(rendered({ entries: [entry(false)] }, inputs)).toEqual({ 'app/a': '\u0001\u0000\u0002' });
    expect(rendered({ entries: [entry(true)] }, inputs)).toBe(
      'invalid: ExternalSecret "app": data: key "a": the value has a NUL byte',
    );
  });

  test('go over what sets brought, and later ones over earlier ones', () => {
    const inputs = inputsOf({ 0: '{"a":"0","b":"0","c":"0"}', 1: '{"b":"1","c":"1"}', 2: 'entry' });
    expect(
      rendered({ sets: [setOf(), setOf({ source: 1 })], entries: [entryOf('c', { source: 2 })] }, inputs),
    ).toEqual({ 'app/a': '0', 'app/b': '1', 'app/c': 'entry' });
  });

  test('that cannot be file names are an error', () => {
    for (const [key, problem] of [
      ['..', 'has the segment ".."'],
      ['..a', 'has a segment that starts with "..", which Keyferry keeps for itself'],
      ['a/b', 'has a "/"'],
    ])
      expect(rendered({ entries: [entryOf(key!)] }, inputsOf({ 0: 'x' }))).toBe(
        `invalid: ExternalSecret "app": key ${JSON.stringify(key)} cannot be a file: it ${problem}`,
      );
  });
});

describe('sets', () => {
  test('extract the fields of a document, or of a property of it, numbers as they were written', () => {
    expect(rendered({ sets: [setOf()] }, inputsOf({ 0: '{"port":5432.0,"tls":{"a":true}}' }))).toEqual({
      'app/port': '5432.0',
      'app/tls': '{"a":true}',
    });
    expect(rendered({ sets: [setOf({ property: 'prod' })] }, inputsOf({ 0: '{"prod":{"a":"1"}}' }))).toEqual({
      'app/a': '1',
    });
  });

  test('bring what was found by its name', () => {
    const inputs = inputsOf({ 0: found({ 'team/db': 'd', 'team/api key': 'k' }) });
    expect(rendered({ sets: [setOf({ kind: 'find' })] }, inputs)).toEqual({
      'app/team_db': 'd',
      'app/team_api_key': 'k',
    });
    expect(rendered({ sets: [setOf({ kind: 'find' })] }, inputsOf({ 0: found({}) }))).toEqual({});
    expect(rendered({ sets: [setOf({ kind: 'find' })] }, inputsOf({ 0: 'hunter2' }))).toBe(
      'invalid: ExternalSecret "app": dataFrom[0]: what was found cannot be read',
    );
  });

  test('convert what a key of a Secret cannot have, by the strategy', () => {
    const inputs = inputsOf({ 0: JSON.stringify({ 'a b/c': '1', 'ü€😀': '2', 'x-y.z_0': '3' }) });
    expect(rendered({ sets: [setOf()] }, inputs)).toEqual({
      'app/a_b_c': '1',
      'app/ü__': '2',
      'app/x-y.z_0': '3',
    });
    expect(rendered({ sets: [setOf({ conversion: 'Unicode' })] }, inputs)).toEqual({
      'app/a_U0020_b_U002f_c': '1',
      'app/ü_U20ac__U1f600_': '2',
      'app/x-y.z_0': '3',
    });
  });

  test('refuse names that convert to one, and keys that are too long or no file names', () => {
    const failing = (document: object) =>
      rendered({ sets: [setOf()] }, inputsOf({ 0: JSON.stringify(document) }));
    expect(failing({ 'a b': '1', 'a/b': '2' })).toBe(
      'invalid: ExternalSecret "app": dataFrom[0]: two names become the key "a_b"',
    );
    expect(failing({ ['k'.repeat(254)]: '1' })).toBe(
      `invalid: ExternalSecret "app": dataFrom[0]: the key "${'k'.repeat(254)}" has more than 253 bytes`,
    );
    expect(failing({ '..': '1' })).toBe(
      'invalid: ExternalSecret "app": dataFrom[0]: the key ".." has the segment ".."',
    );
  });

  test('leave out an empty key', () => {
    expect(rendered({ sets: [setOf()] }, inputsOf({ 0: '{"":"1","a":"2"}' }))).toEqual({ 'app/a': '2' });
  });

  test('are decoded key by key, and refuse NUL bytes', () => {
    const inputs = inputsOf({ 0: '{"a":"aGk=","b":"hunter2!"}' });
    expect(rendered({ sets: [setOf({ decode: 'auto' })] }, inputs)).toEqual({
      'app/a': 'hi',
      'app/b': 'hunter2!',
    });
    expect(rendered({ sets: [setOf({ decode: 'base64' })] }, inputs)).toBe(
      'invalid: ExternalSecret "app": dataFrom[0]: key "b": the value is not base64',
    );
    expect(rendered({ sets: [setOf({ refuseNullBytes: true })] }, inputsOf({ 0: '{"a":"\\u0000"}' }))).toBe(
      'invalid: ExternalSecret "app": dataFrom[0]: key "a": the value has a NUL byte',
    );
  });
});

describe('what is gone upstream', () => {
  const parts = {
    sets: [setOf(), setOf({ source: 1, property: 'a' })],
    entries: [entryOf('x', { source: 2 }), entryOf('y', { source: 3, property: 'y' })],
  };
  const whole = { 0: '{"s":"0"}', 1: '{"a":{"t":"1"}}', 2: '2', 3: '{"y":"3"}' };

  test('is left out where the ExternalSecret removes it: keys and properties, of sets and entries', () => {
    const removing = { ...parts, whenGone: 'remove' } as const;
    expect(rendered(removing, inputsOf(whole))).toEqual({
      'app/s': '0',
      'app/t': '1',
      'app/x': '2',
      'app/y': '3',
    });
    expect(rendered(removing, inputsOf({ ...whole, 0: gone, 2: gone }))).toEqual({
      'app/t': '1',
      'app/y': '3',
    });
    expect(rendered(removing, inputsOf({ ...whole, 1: '{}', 3: '{}' }))).toEqual({
      'app/s': '0',
      'app/x': '2',
    });
    expect(rendered(removing, inputsOf({ 0: gone, 1: gone, 2: gone, 3: gone }))).toEqual({});
  });

  test('is as it was where the ExternalSecret keeps it', () => {
    const before = { document: Buffer.from('2'), gone: true };
    expect(rendered(parts, inputsOf({ ...whole, 2: before }))).toMatchObject({ 'app/x': '2' });
    expect(rendered(parts, inputsOf({ ...whole, 2: gone }))).toBe('waits');
    expect(rendered(parts, inputsOf({ ...whole, 3: '{}' }))).toBe(
      'not_found: ExternalSecret "app": data: key "y": the secret has no property "y"',
    );
  });

  test('is waited for as long as nothing is known of it', () => {
    expect(rendered({ ...parts, whenGone: 'remove' }, inputsOf({ ...whole, 3: { gone: false } }))).toBe(
      'waits',
    );
    expect(rendered(parts, inputsOf({ 0: '{}', 1: '{}', 2: '' }))).toBe('waits');
  });
});
