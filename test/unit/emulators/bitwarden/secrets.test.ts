import { describe, expect, test } from '@jest/globals';
import { ask, bearerOf, ids, notFoundText, startFixture, startServer } from './fixture.ts';

const feed = {
  ...{ id: ids.feed, organizationId: ids.organization, projectId: ids.payments },
  ...{ key: 'fraud-feed', value: 'first', note: 'of the bureau' },
  ...{ creationDate: '2026-01-01T00:00:00.000Z', revisionDate: '2026-01-01T00:00:00.000Z' },
};

describe('the SDK reads', () => {
  test('a secret, in the clear and with its project', async () => {
    const { bitwarden, sdk } = await startFixture();
    expect(await sdk('get', ids.feed)).toEqual(feed);
    const id = bitwarden.createSecret({ key: 'alone', value: '', note: 'ü' });
    bitwarden.grant('broker', { secret: 'alone' });
    expect(await sdk('get', id)).toMatchObject({ key: 'alone', value: '', note: 'ü', projectId: null });
    expect(bitwarden.requests.list({ path: `secrets/${ids.feed}` })).toEqual([
      {
        ...{ time: '2026-01-01T00:00:00.000Z', operation: 'getSecret', method: 'GET' },
        ...{ path: `secrets/${ids.feed}`, account: 'broker', status: 200 },
      },
    ]);
  });

  test('several at once, all or none', async () => {
    const { bitwarden, sdk } = await startFixture();
    const second = bitwarden.createSecret({ key: 'fraud-feed', value: 'second', project: 'payments' });
    expect(await sdk('getByIds', second, ids.feed)).toMatchObject({ data: [{ value: 'second' }, feed] });
    for (const others of [[ids.hidden, ids.feed], [ids.other, ids.feed], [ids.hidden], []])
      await expect(sdk('getByIds', ...others)).rejects.toThrow(new Error(notFoundText));
    await expect(sdk('getByIds', ids.feed, ids.feed)).rejects.toThrow(
      `{"GetSecretsRequestModel":["The following GUIDs were duplicated ${ids.feed} "]}`,
    );
  });

  test('the names of what it may see, the oldest first', async () => {
    const { bitwarden, clock, sdk } = await startFixture();
    await clock.advance(1000);
    const second = bitwarden.createSecret({ key: 'fraud-feed', value: 'second', project: 'payments' });
    const name = { key: 'fraud-feed', organizationId: ids.organization };
    expect(await sdk('list', ids.organization)).toEqual({
      data: [
        { id: ids.feed, ...name },
        { id: second, ...name },
      ],
    });
    await clock.advance(1000);
    bitwarden.rotate(ids.feed, 'third');
    expect(await sdk('list', ids.organization)).toMatchObject({ data: [{ id: second }, { id: ids.feed }] });
    await expect(sdk('list', ids.other)).rejects.toThrow(new Error(notFoundText));
  });

  test('projects', async () => {
    const { bitwarden, sdk } = await startFixture();
    const project = {
      ...{ id: ids.payments, organizationId: ids.organization, name: 'payments' },
      ...{ creationDate: '2026-01-01T00:00:00.000Z', revisionDate: '2026-01-01T00:00:00.000Z' },
    };
    expect(await sdk('project', ids.payments)).toEqual(project);
    expect(await sdk('projects', ids.organization)).toEqual({ data: [project] });
    for (const id of [ids.other, ids.feed])
      await expect(sdk('project', id)).rejects.toThrow(new Error(notFoundText));
    await expect(sdk('projects', ids.other)).rejects.toThrow(new Error(notFoundText));
    bitwarden.grant('broker', { project: 'other' });
    expect(await sdk('project', ids.other)).toMatchObject({ name: 'other' });
  });
});

describe('what an account may not see is not there', () => {
  test('whether it is in another project, in the trash, or was never made', async () => {
    const { bitwarden, sdk } = await startFixture();
    bitwarden.deleteSecret(ids.feed);
    for (const id of [ids.hidden, ids.feed, ids.other])
      await expect(sdk('get', id)).rejects.toThrow(new Error(notFoundText));
    bitwarden.restoreSecret(ids.feed);
    expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
  });

  test('from the moment that it is moved, or the access withdrawn', async () => {
    const { bitwarden, sdk } = await startFixture();
    bitwarden.moveSecret('fraud-feed', 'other');
    await expect(sdk('get', ids.feed)).rejects.toThrow('[404 Not Found]');
    bitwarden.grant('broker', { project: 'other' });
    expect(await sdk('get', ids.feed)).toMatchObject({ projectId: ids.other });
    bitwarden.withdraw('broker', { project: 'other' });
    await expect(sdk('get', ids.feed)).rejects.toThrow('[404 Not Found]');
    bitwarden.grant('broker', { secret: ids.feed });
    expect(await sdk('get', ids.feed)).toMatchObject({ value: 'first' });
    bitwarden.withdraw('broker', { secret: ids.feed });
    bitwarden.moveSecret(ids.feed, undefined);
    await expect(sdk('get', ids.feed)).rejects.toThrow('[404 Not Found]');
  });

  test('when its project has gone, or the account itself', async () => {
    const { bitwarden, sdk } = await startFixture();
    bitwarden.grant('broker', { secret: ids.feed });
    bitwarden.deleteProject('payments');
    expect(await sdk('get', ids.feed)).toMatchObject({ projectId: null });
    bitwarden.deleteMachineAccount('broker');
    await expect(sdk('get', ids.feed)).rejects.toThrow('[404 Not Found]');
    expect(await sdk('list', ids.organization)).toEqual({ data: [] });
  });
});

describe('the API', () => {
  test('sends names, values and notes as the organisation has encrypted them', async () => {
    const { bitwarden } = await startServer();
    const bearer = await bearerOf(bitwarden);
    const encrypted = expect.stringMatching(/^2\.[^|]+\|[^|]+\|[^|]+$/) as unknown;
    expect((await ask(bitwarden, bearer, `secrets/${ids.feed}`)).body).toEqual({
      ...{ id: ids.feed, organizationId: ids.organization },
      ...{ key: encrypted, value: encrypted, note: encrypted },
      ...{ creationDate: '2026-01-01T00:00:00Z', revisionDate: '2026-01-01T00:00:00Z' },
      projects: [{ id: ids.payments, name: encrypted }],
      ...{ read: true, write: false, object: 'secret' },
    });
    const stored = JSON.stringify([...bitwarden.core.organization.secrets.values()]);
    expect(stored).not.toMatch(/fraud-feed|first|bureau/);
  });

  test('lists a project, which is empty for who may not see it', async () => {
    const { bitwarden } = await startServer();
    const bearer = await bearerOf(bitwarden);
    const list = async (id: string) => await ask(bitwarden, bearer, `projects/${id}/secrets`);
    expect((await list(ids.payments)).body).toMatchObject({
      secrets: [{ id: ids.feed, projects: [{ id: ids.payments }], read: true, write: false }],
      projects: [{ id: ids.payments }],
      object: 'SecretsWithProjectsList',
    });
    expect((await list(ids.other)).body).toMatchObject({ secrets: [], projects: [] });
    expect((await list(ids.feed)).status).toBe(404);
  });

  test.each([
    ['secrets/broker', 400, { id: ["The value 'broker' is not valid."] }],
    ['organizations/x/secrets', 400, { organizationId: ["The value 'x' is not valid."] }],
    ['projects/x/secrets', 400, { projectId: ["The value 'x' is not valid."] }],
  ])('refuses %s', async (path, status, validationErrors) => {
    const { bitwarden } = await startServer();
    const answer = await ask(bitwarden, await bearerOf(bitwarden), path);
    expect(answer).toMatchObject({
      status,
      body: { message: 'The model state is invalid.', validationErrors, object: 'error' },
    });
  });

  test.each(['{', '[]', '{}', '{"ids":"x"}', '{"ids":["x"]}'])(
    'refuses %s as a list of ids',
    async (body) => {
      const { bitwarden } = await startServer();
      const answer = await ask(bitwarden, await bearerOf(bitwarden), 'secrets/get-by-ids', body);
      expect(answer).toMatchObject({
        status: 400,
        body: { validationErrors: { request: ['The request field is required.'] } },
      });
    },
  );

  test('has no other paths, and no other methods', async () => {
    const { bitwarden } = await startServer();
    const bearer = await bearerOf(bitwarden);
    expect(await ask(bitwarden, bearer, 'nothing')).toMatchObject({ status: 404, text: '' });
    const posted = await ask(bitwarden, bearer, `secrets/${ids.feed}`, {});
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET']);
    const huge = await ask(bitwarden, bearer, 'secrets/get-by-ids', ' '.repeat(9 * 1024 * 1024));
    expect(huge.status).toBe(413);
  });
});
