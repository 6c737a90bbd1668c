import { describe, expect, test } from '@jest/globals';
import { ask, bearerOf, ids, notFoundText, startFixture, startServer } from './fixture.ts';
import type { BitwardenServer } from '../../../emulators/bitwarden/server.ts';

const nothingNew = { hasChanges: false, secrets: null };

test('without a date, all that the account may read', async () => {
  const { sdk } = await startFixture();
  expect(await sdk('sync', ids.organization)).toEqual({
    hasChanges: true,
    secrets: [
      {
        ...{ id: ids.feed, organizationId: ids.organization, projectId: ids.payments },
        ...{ key: 'fraud-feed', value: 'first', note: 'of the bureau' },
        ...{ creationDate: '2026-01-01T00:00:00.000Z', revisionDate: '2026-01-01T00:00:00.000Z' },
      },
    ],
  });
});

describe('with a date there is news', () => {
  test.each<[string, (bitwarden: BitwardenServer) => void, number]>([
    [
      'a rotation',
      (bitwarden) => {
        bitwarden.rotate('fraud-feed', 'second');
      },
      1,
    ],
    [
      'a new secret',
      (bitwarden) => {
        bitwarden.createSecret({ key: 'k', value: 'v', project: 'payments' });
      },
      2,
    ],
    [
      'another of the same name',
      (bitwarden) => {
        bitwarden.createSecret({ key: 'fraud-feed', value: 'v', project: 'payments' });
      },
      2,
    ],
    [
      'a deletion',
      (bitwarden) => {
        bitwarden.deleteSecret('fraud-feed');
      },
      0,
    ],
    [
      'a move away',
      (bitwarden) => {
        bitwarden.moveSecret('fraud-feed', 'other');
      },
      0,
    ],
    [
      'a move to here',
      (bitwarden) => {
        bitwarden.moveSecret('pager', 'payments');
      },
      2,
    ],
    [
      'a wider access',
      (bitwarden) => {
        bitwarden.grant('broker', { project: 'other' });
      },
      2,
    ],
    [
      'a narrower access',
      (bitwarden) => {
        bitwarden.withdraw('broker', { project: 'payments' });
      },
      0,
    ],
    [
      'the end of a project',
      (bitwarden) => {
        bitwarden.deleteProject('payments');
      },
      0,
    ],
  ])('after %s', async (_what, change, left) => {
    const { bitwarden, clock, sdk } = await startFixture();
    await clock.advance(1000);
    const since = new Date(clock.now()).toISOString();
    expect(await sdk('sync', ids.organization, since)).toEqual(nothingNew);
    await clock.advance(1000);
    change(bitwarden);
    expect(await sdk('sync', ids.organization, since)).toMatchObject({
      hasChanges: true,
      secrets: Array.from({ length: left }, () => expect.anything()),
    });
    await clock.advance(1000);
    expect(await sdk('sync', ids.organization, new Date(clock.now()).toISOString())).toEqual(nothingNew);
  });

  test('of a deleted secret that is restored', async () => {
    const { bitwarden, clock, sdk } = await startFixture();
    bitwarden.deleteSecret(ids.feed);
    await clock.advance(1000);
    bitwarden.restoreSecret(ids.feed);
    const since = new Date(clock.now() - 1).toISOString();
    expect(await sdk('sync', ids.organization, since)).toMatchObject({ secrets: [{ id: ids.feed }] });
  });

  test('of the very moment of the change', async () => {
    const { bitwarden, clock, sdk } = await startFixture();
    await clock.advance(1000);
    bitwarden.rotate(ids.feed, 'second');
    const since = new Date(clock.now()).toISOString();
    expect(await sdk('sync', ids.organization, since)).toMatchObject({ secrets: [{ value: 'second' }] });
  });

  test('but not of what the account may not see', async () => {
    const { bitwarden, clock, sdk } = await startFixture();
    await clock.advance(1000);
    bitwarden.rotate('pager', 'second');
    bitwarden.createSecret({ key: 'alone', value: 'v' });
    bitwarden.moveSecret('alone', 'other');
    expect(await sdk('sync', ids.organization, new Date(clock.now()).toISOString())).toEqual(nothingNew);
  });
});

test('a revision moves with every change, also where the clock stands still', async () => {
  const { bitwarden, sdk } = await startFixture();
  bitwarden.rotate(ids.feed, 'second');
  bitwarden.changeSecret(ids.feed, { key: 'feed', note: 'new' });
  expect(await sdk('get', ids.feed)).toMatchObject({
    ...{ key: 'feed', value: 'second', note: 'new' },
    ...{ creationDate: '2026-01-01T00:00:00.000Z', revisionDate: '2026-01-01T00:00:00.002Z' },
  });
});

test('dates that are to come, other organisations and accounts that have gone are refused', async () => {
  const { bitwarden, clock, sdk } = await startFixture();
  const now = new Date(clock.now()).toISOString();
  const later = new Date(clock.now() + 1).toISOString();
  await expect(sdk('sync', ids.organization, later)).rejects.toThrow(
    '[400 Bad Request] {"message":"Last synced date must be in the past."',
  );
  await expect(sdk('sync', ids.other, now)).rejects.toThrow(new Error(notFoundText));
  bitwarden.deleteMachineAccount('broker');
  await expect(sdk('sync', ids.organization, now)).rejects.toThrow(new Error(notFoundText));
  expect(await sdk('sync', ids.organization)).toEqual({ hasChanges: true, secrets: [] });
});

test('a date that is none is refused', async () => {
  const { bitwarden } = await startServer();
  const path = `organizations/${ids.organization}/secrets/sync?lastSyncedDate=yesterday`;
  expect(await ask(bitwarden, await bearerOf(bitwarden), path)).toMatchObject({
    status: 400,
    body: { validationErrors: { lastSyncedDate: ["The value 'yesterday' is not valid."] } },
  });
});
