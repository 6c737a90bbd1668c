import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  readCredentialRef,
  readOptionalCredentialRef,
  type CredentialRef,
} from '../../../../lib/stores/credential.ts';
import { Fields, noFindings, type Findings } from '../../../../lib/stores/fields.ts';

const read = (value: unknown): { readonly ref: CredentialRef | undefined; readonly findings: Findings } => {
  const findings = noFindings();
  const ref = readCredentialRef(new Fields({ credentials: value }, 'spec', findings), 'credentials');
  return { ref, findings };
};

describe('a credential that the broker keeps', () => {
  test('is a name and a key', () => {
    expect(read({ name: 'kept.by-us', key: 'Token_1.txt' })).toEqual({
      ref: { name: 'kept.by-us', key: 'Token_1.txt' },
      findings: noFindings(),
    });
  });

  test('has its namespace from its store alone', () => {
    const { ref, findings } = read({ name: 'kept', key: 'token', namespace: 'other' });
    expect(ref).toEqual({ name: 'kept', key: 'token' });
    expect(findings.warnings).toEqual([
      'spec.credentials.namespace is ignored: a credential is kept for the store, whatever its namespace',
    ]);
  });

  test.each([
    [undefined, ['spec.credentials is missing']],
    [
      'kept',
      [
        'spec.credentials must be an object',
        'spec.credentials.name is missing',
        'spec.credentials.key is missing',
      ],
    ],
    [{}, ['spec.credentials.name is missing', 'spec.credentials.key is missing']],
    [{ name: 'kept' }, ['spec.credentials.key is missing']],
    [
      { name: '../kept', key: 'token' },
      ['spec.credentials.name is "../kept"; names of credentials are DNS-1123 subdomains'],
    ],
    [
      { name: 'kept', key: '..' },
      [
        'spec.credentials.key is ".."; keys of credentials are letters, digits, ".", "_" and "-", not "." or ".." alone',
      ],
    ],
    [{ name: 'kept', key: 'a', property: 'b' }, ['spec.credentials.property is not a known field']],
  ])('%j is refused with what is wrong', (value, problems) => {
    expect(read(value).findings.problems).toEqual(problems);
  });

  test('which need not be there where it is optional', () => {
    const findings = noFindings();
    const fields = new Fields({ there: { name: 'a', key: 'b' } }, 'spec', findings);
    expect(readOptionalCredentialRef(fields, 'missing')).toBeUndefined();
    expect(readOptionalCredentialRef(fields, 'there')).toEqual({ name: 'a', key: 'b' });
    expect(findings).toEqual(noFindings());
  });

  test('never names anything but one file of one folder', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('.', '..', '/', '\0', 'a', 'A', '-', '_', '\n', 'a/b'),
    );
    const name = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(name, name, (first, second) => {
        const { ref, findings } = read({ name: first, key: second });
        expect(ref === undefined).toBe(findings.problems.length > 0);
        for (const part of ref === undefined ? [] : [ref.name, ref.key]) {
          expect(part).toMatch(/^[A-Za-z0-9._-]+$/);
          expect(['.', '..']).not.toContain(part);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
