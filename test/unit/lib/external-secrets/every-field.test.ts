import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readExternalSecret } from '../../../../lib/external-secrets/read.ts';
import { isObject } from '../../../../lib/stores/fields.ts';
import { everyField } from './every-field.ts';

test('every field that external-secrets has is known; what Keyferry has not is refused by name', () => {
  const { problems, warnings } = readExternalSecret({ metadata: { name: 'db' }, spec: everyField });
  const placeOf = (text: string): string => text.split(' ', 1)[0] ?? '';
  expect(problems.map(placeOf)).toEqual([
    'spec.target.template.templateFrom[1].secret',
    'spec.target.manifest',
    'spec.data[1].sourceRef.generatorRef',
    'spec.dataFrom[2].sourceRef.generatorRef',
    'spec.syncWindows',
  ]);
  expect(warnings.map(placeOf)).toEqual([
    'spec.target.creationPolicy',
    'spec.target.template.type',
    'spec.target.template.metadata',
    'spec.target.immutable',
  ]);
});

/** Names of the fields of an object and of all objects in it, but for those whose names are a user's own. */
const namesIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isObject(value)) return [];
  const free = ['metadata', 'tags', 'generatorRef', 'manifest', 'syncWindows', 'secret'];
  return Object.entries(value).flatMap(([name, child]) => [
    name,
    ...(free.includes(name) || (name === 'data' && isObject(child)) ? [] : namesIn(child)),
  ]);
};

test('docs/external-secrets.md has each of them', () => {
  const page = readFileSync(
    join(import.meta.dirname, '../../../../docs/external-secrets.md'),
    'utf8',
  ).replaceAll(/```[^]*?```/gu, '');
  const told = new Set(
    [...page.matchAll(/`([^`]+)`/gu)].flatMap(([, code = '']) => code.split(/[^A-Za-z]+/u)),
  );
  const names = new Set(namesIn(everyField));
  expect(names.size).toBeGreaterThan(40);
  expect([...names].filter((name) => !told.has(name))).toEqual([]);
});
