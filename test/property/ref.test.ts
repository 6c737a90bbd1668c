import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hasControlCharacter } from '../../lib/file-path.ts';
import { parseRef, type Ref } from '../../lib/ref.ts';
import { isSubdomain } from '../../lib/text.ts';

/** Text as Kubernetes carries it: any characters, but no half of a surrogate pair. */
const text = fc.string({ unit: 'binary' });
const printable = text.filter((value) => value !== '' && !hasControlCharacter(value));
const segment = printable.filter((value) => !value.includes('/') && value !== '.' && value !== '..');
const key = fc
  .tuple(fc.boolean(), fc.array(segment, { minLength: 1, maxLength: 4 }))
  .map(([full, segments]) => `${full ? '/' : ''}${segments.join('/')}`);
const store = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,8}[a-z0-9])?$/).filter(isSubdomain);

const misplaced = /[?&](version|stage|decode|optional|parameter\.[A-Za-z0-9_.-]+)=/;
const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;
const parameters = fc
  .uniqueArray(fc.record({ name: fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}$/), value: printable }), {
    selector: ({ name }) => name,
    minLength: 1,
    maxLength: 4,
  })
  .map((found) => found.sort(byName));

const ref: fc.Arbitrary<Ref> = fc.record(
  {
    key,
    optional: fc.boolean(),
    store,
    version: printable,
    stage: printable,
    decode: fc.constantFrom('base64', 'base64url', 'auto'),
    property: printable.filter((value) => !misplaced.test(value)),
    parameters,
  },
  { requiredKeys: ['key', 'optional'] },
);

/** Writes a ref as its grammar says, with everything percent-encoded that could mean something. */
const written = (value: Ref): string => {
  const own = (value.parameters ?? []).map(
    ({ name, value: text }) => `parameter.${name}=${encodeURIComponent(text)}`,
  );
  const settings = (['version', 'stage', 'decode'] as const).flatMap((name) =>
    value[name] === undefined ? [] : [`${name}=${encodeURIComponent(value[name])}`],
  );
  // In another order than they are read in.
  const all = [...own.reverse(), ...settings, ...(value.optional ? ['optional=true'] : [])];
  const address = value.key.split('/').map(encodeURIComponent).join('/');
  return [
    value.store === undefined ? '' : `${value.store}://`,
    address,
    all.length === 0 ? '' : `?${all.join('&')}`,
    value.property === undefined ? '' : `#${encodeURIComponent(value.property)}`,
  ].join('');
};

describe('parseRef', () => {
  test('reads what was written', () => {
    fc.assert(
      fc.property(ref, (value) => {
        expect(parseRef(written(value))).toEqual({ ok: true, value });
      }),
    );
  });

  test('answers anything, and what it lets through keeps the rules', () => {
    const pieces = fc.constantFrom(
      'a',
      '/',
      '.',
      '..',
      '://',
      '?',
      '&',
      '=',
      '#',
      '%',
      '%2e',
      '%2F',
      '%00',
      'version',
      'parameter.',
      'optional=true',
      'é',
    );
    const anything = fc.oneof(
      text,
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (value) => {
        const parsed = parseRef(value);
        if (!parsed.ok) {
          expect(parsed.error.length).toBeGreaterThan(0);
          return;
        }
        const found = parsed.value;
        const segments = found.key.replace(/^\//, '').split('/');
        expect(segments.filter((part) => ['', '.', '..'].includes(part))).toEqual([]);
        expect(hasControlCharacter(JSON.stringify(found))).toBe(false);
        expect(Object.values(found)).not.toContain('');
        expect(Object.values(found)).not.toContain(undefined);
      }),
      { numRuns: 2000 },
    );
  });
});
