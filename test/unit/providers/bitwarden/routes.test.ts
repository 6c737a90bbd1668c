import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routeOf } from '../../../../providers/bitwarden/routes.ts';

const id = '0c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e';

describe('what the SDK may ask for', () => {
  test.each([
    ['POST', '/identity/connect/token', 'login', '/connect/token'],
    [
      'GET',
      `/api/organizations/${id}/secrets/sync?lastSyncedDate=2026-11-22T12%3A07%3A14.677%2B00%3A00`,
      'sync',
      `/organizations/${id}/secrets/sync?lastSyncedDate=2026-11-22T12%3A07%3A14.677%2B00%3A00`,
    ],
    ['GET', `/api/organizations/${id}/secrets/sync`, 'sync', `/organizations/${id}/secrets/sync`],
    ['GET', `/api/secrets/${id}`, 'read', `/secrets/${id}`],
    ['POST', '/api/secrets/get-by-ids', 'read', '/secrets/get-by-ids'],
  ])('%s %s', (method, target, operation, path) => {
    expect(routeOf(method, target)).toMatchObject({ operation, path });
  });

  test.each([
    ['PUT', `/api/secrets/${id}`],
    ['POST', `/api/organizations/${id}/secrets`],
    ['POST', '/api/secrets/delete'],
    ['GET', '/identity/connect/token'],
    ['POST', '/api/connect/token'],
    ['GET', `/api/secrets/${id}/../../sync`],
    ['GET', `/api/secrets/${id}?a=b`],
    ['GET', `/api/organizations/${id}/secrets/sync?lastSyncedDate=a&b=c`],
    ['GET', '/api//evil.test/secrets'],
    ['GET', ''],
  ])('not %s %s', (method, target) => {
    expect(routeOf(method, target)).toBeUndefined();
  });

  test('nothing leads out of the base URL', () => {
    const piece = fc.constantFrom(
      '/api',
      '/identity',
      '/secrets',
      `/${id}`,
      '/..',
      '//',
      '@',
      '?',
      '#',
      '%2e',
      'x',
    );
    const target = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST'), target, (method, text) => {
        const route = routeOf(method, text);
        if (route === undefined) return;
        const url = new URL(`https://bitwarden.test/base${route.path}`);
        expect(url.origin).toBe('https://bitwarden.test');
        expect(url.pathname.startsWith('/base/')).toBe(true);
        expect(url.pathname + url.search).toBe(`/base${route.path}`);
      }),
      { numRuns: 2_000 },
    );
  });
});
