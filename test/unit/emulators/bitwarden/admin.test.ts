import { expect, test } from '@jest/globals';
import { startBitwardenServer } from '../../../emulators/bitwarden/server.ts';
import { certificate, ids, startServer } from './fixture.ts';

test('things are named by their id, or by a name that no other has', async () => {
  const { bitwarden } = await startServer();
  expect(bitwarden.secretId('fraud-feed')).toBe(ids.feed);
  expect(bitwarden.secretId(ids.feed.toUpperCase())).toBe(ids.feed);
  expect(bitwarden.projectId('other')).toBe(ids.other);
  const second = bitwarden.createSecret({ key: 'fraud-feed', value: 'x' });
  expect(() => bitwarden.secretId('fraud-feed')).toThrow('there are 2 secrets called fraud-feed');
  bitwarden.deleteSecret(second);
  expect(bitwarden.secretId('fraud-feed')).toBe(ids.feed);
});

test('what is not there or cannot be is refused', async () => {
  const { bitwarden } = await startServer();
  for (const [act, message] of [
    [
      () => {
        bitwarden.rotate('none', 'x');
      },
      'there is no secret none',
    ],
    [
      () => {
        bitwarden.deleteProject('none');
      },
      'there is no project none',
    ],
    [() => bitwarden.issueAccessToken('none'), 'there is no machine account none'],
    [
      () => {
        bitwarden.restoreSecret(ids.feed);
      },
      `there is no secret ${ids.feed} in the trash`,
    ],
    [() => bitwarden.createProject('p', { id: 'x' }), 'x is no UUID'],
    [
      () => {
        bitwarden.revokeAccessToken('x');
      },
      'an access token is 0.<UUID>.<secret>:<16 bytes in base64>',
    ],
    [
      () => bitwarden.accessToken(bitwarden.createMachineAccount('idle', { accessTokens: [] })),
      'has no access token',
    ],
  ] as const)
    expect(act).toThrow(message);
});

test.each([
  [{ organizationId: 'x' }, 'organizationId x is no UUID'],
  [{ organizationKey: 'AAAA' }, 'organizationKey must be 64 bytes in base64'],
  [{ secrets: [{ key: 'k', value: 'v', project: 'none' }] }, 'there is no project none'],
])('the set-up %j is refused', async (setup, message) => {
  await expect(startBitwardenServer({ setup, certificate })).rejects.toThrow(message);
});
