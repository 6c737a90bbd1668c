import { describe, expect, test } from '@jest/globals';
import { checkServerVersion } from '../../../lib/kube/version.ts';

const check = (major: string, minor: string, gitVersion = `v${major}.${minor}.1`) =>
  checkServerVersion({ major, minor, gitVersion });

describe('checkServerVersion', () => {
  test.each([
    ['1', '30'],
    ['1', '30+'],
    ['1', '36'],
    ['2', '0'],
  ])('takes %s.%s', (major, minor) => {
    expect(check(major, minor).ok).toBe(true);
  });

  test.each([
    ['1', '29'],
    ['1', '29+'],
    ['1', '9'],
    ['0', '99'],
  ])('refuses %s.%s', (major, minor) => {
    expect(check(major, minor)).toEqual({
      ok: false,
      error:
        `Kubernetes v${major}.${minor}.1 is too old: Keyferry needs 1.30 or later ` +
        '(native sidecar containers, CEL match conditions and admission policies)',
    });
  });

  test.each([
    ['', ''],
    ['1', 'x'],
  ])('refuses what it cannot understand: %j.%j', (major, minor) => {
    expect(check(major, minor, 'odd')).toEqual({
      ok: false,
      error: 'the API server says that it is version "odd", which cannot be understood',
    });
  });
});
