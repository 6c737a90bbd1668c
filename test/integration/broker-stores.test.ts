import { describe, expect, test } from '@jest/globals';
import { readLine, startStores, type BrokerStores } from './broker-stores-harness.ts';
import { tokenRights } from '../support/token-rights.ts';

const minute = 60_000;
const db = '{"password":"p1"}';
const withOwnToken = { kubernetes: { role: 'broker', serviceAccountRef: { audiences: ['vault'] } } };
const ownAccount = { kubernetes: { role: 'broker', mountPath: 'kubernetes' } };
const asReader = {
  kubernetes: {
    role: 'reader',
    serviceAccountRef: { name: 'reader', namespace: 'payments', audiences: ['vault'] },
  },
};
const withAppRole = { appRole: { roleId: 'app', secretRef: { name: 'vault', key: 'secret-id' } } };

const logins = ({ vault }: BrokerStores, status?: number): number =>
  vault.requests.count({ path: 'auth/approle/login', ...(status === undefined ? {} : { status }) });

/** RBAC's part of it. */
const letBrokerLogInAsReader = (world: BrokerStores): void => {
  world.api.apply(...tokenRights('payments', 'reader'));
};

describe('a store without a credential', () => {
  test('is read with a token of the broker’s own ServiceAccount, kept for 80 % of its life', async () => {
    const world = await startStores();
    const provider = await world.open(world.store(withOwnToken));
    expect(await readLine(provider)).toBe(db);
    const requests = () => world.vault.requests.count({ path: 'auth/kubernetes/login', status: 200 });
    expect(requests()).toBe(1);
    const again = await world.open(world.store(withOwnToken));
    world.api.delete('rolebindings', 'keyferry-broker', 'keyferry-system');
    expect(await readLine(again)).toBe(db);
    await world.clock.advance(8 * minute + 1);
    const third = await world.open(world.store(withOwnToken));
    expect(await readLine(third)).toMatch(
      /^unauthenticated: the broker has no token of ServiceAccount "keyferry-system\/keyferry-broker" for the audience "vault": .*forbidden/,
    );
  });

  test('logs in as a ServiceAccount that the install grants, and that RBAC does', async () => {
    const world = await startStores();
    expect(await world.openError(world.store(asReader))).toBe(
      'denied: the broker may not log in as ServiceAccount "payments/reader" (broker.serviceAccounts)',
    );
    world.list({ serviceAccounts: [{ namespace: 'payments', name: 'reader' }] });
    const provider = await world.open(world.store(asReader));
    expect(await readLine(provider)).toMatch(
      /^unauthenticated: the broker has no token of ServiceAccount "payments\/reader" for the audience "vault": .*forbidden/,
    );
    letBrokerLogInAsReader(world);
    expect(await readLine(provider)).toBe(db);
  });

  test("is refused in words of whose login it was: the broker's own, or that of the ServiceAccount", async () => {
    const world = await startStores();
    world.list({ serviceAccounts: [{ namespace: 'payments', name: 'reader' }] });
    letBrokerLogInAsReader(world);
    world.vault.faults.add({ kind: 'status', status: 403, path: 'auth/kubernetes/login' });
    const refused = (account: string): string =>
      `it admits ${account} (bound_service_account_names, bound_service_account_namespaces) and its token's audience (audience)`;
    expect(await readLine(await world.open(world.store(withOwnToken)))).toContain(
      refused('the broker\'s own ServiceAccount "keyferry-system/keyferry-broker"'),
    );
    expect(await readLine(await world.open(world.store(asReader)))).toContain(
      refused('ServiceAccount "payments/reader"'),
    );
  });

  test('of a tenant is never read as the broker itself', async () => {
    const world = await startStores();
    const tenants = world.store(ownAccount, { kind: 'SecretStore', namespace: 'payments' });
    expect(await world.openError(tenants)).toBe(
      'denied: the broker does not read a SecretStore with its own identity',
    );
    const named = world.store(
      { kubernetes: { role: 'broker', serviceAccountRef: { name: 'keyferry-broker' } } },
      { kind: 'SecretStore', namespace: 'keyferry-system' },
    );
    expect(await world.openError(named)).toMatch(/^denied: the broker may not log in as ServiceAccount/);
  });

  test('fails as something that passes where the API server is not there', async () => {
    const world = await startStores();
    const provider = await world.open(world.store(withOwnToken));
    await world.api.close();
    expect(await readLine(provider)).toMatch(
      /^unavailable: the broker has no token of ServiceAccount "keyferry-system\/keyferry-broker" for the audience "vault": /,
    );
  });
});

describe('a store with a mounted credential', () => {
  const start = async (): Promise<BrokerStores> => {
    const world = await startStores();
    world.list({ credentials: [{ name: 'vault', servers: [world.vault.url] }] });
    world.mount('cluster/vault/secret-id', 'first\n');
    return world;
  };

  test('is read with it, and logged in to anew when it is another one', async () => {
    const world = await start();
    const provider = await world.open(world.store(withAppRole));
    expect([await readLine(provider), await readLine(provider)]).toEqual([db, db]);
    expect(logins(world)).toBe(1);
    world.mount('cluster/vault/secret-id', 'second\n');
    expect([await readLine(provider), await readLine(provider)]).toEqual([db, db]);
    expect(logins(world, 200)).toBe(2);
  });

  test('is not read any more once the credential is unlisted, is for another server, or is not there', async () => {
    const world = await start();
    const provider = await world.open(world.store(withAppRole));
    expect(await readLine(provider)).toBe(db);
    world.list({ credentials: [{ name: 'vault', servers: ['https://other.example'] }] });
    expect(await readLine(provider)).toBe(
      `denied: the credential "vault" may be sent to https://other.example alone, not to "${world.vault.url}"`,
    );
    world.list({});
    expect(await readLine(provider)).toBe(
      'denied: the credential "vault" is not one that this store may use',
    );
    world.list({ credentials: [{ name: 'other', servers: [world.vault.url] }] });
    const other = { appRole: { roleId: 'app', secretRef: { name: 'other', key: 'secret-id' } } };
    expect(await readLine(await world.open(world.store(other)))).toBe(
      'unauthenticated: the credential "other/secret-id" is not mounted in the broker',
    );
  });

  test('of a tenant does not get the platform’s', async () => {
    const world = await start();
    const tenants = world.store(withAppRole, { kind: 'SecretStore', namespace: 'payments' });
    expect(await readLine(await world.open(tenants))).toBe(
      'denied: the credential "vault" is not one that this store may use',
    );
    expect(logins(world)).toBe(0);
  });
});

describe('a store with a credential that another store keeps', () => {
  const start = async (ref: string): Promise<BrokerStores> => {
    const world = await startStores();
    world.list({ credentials: [{ name: 'vault', servers: [world.vault.url], ref }] });
    world.keepIn(world.store(withOwnToken, { name: 'boot' }));
    return world;
  };
  const ownLogins = ({ vault }: BrokerStores): number =>
    vault.requests.count({ path: 'auth/kubernetes/login' });

  test.each(['boot://boot', 'boot://boot#alone'])('is read with it: %s', async (ref) => {
    const world = await start(ref);
    expect(await readLine(await world.open(world.store(withAppRole)))).toBe(db);
  });

  test('follows it, with one login at the store that keeps it', async () => {
    const world = await start('boot://boot');
    const provider = await world.open(world.store(withAppRole));
    expect(await readLine(provider)).toBe(db);
    await world.vault.write('kv/boot', { 'secret-id': 'second' });
    expect(await readLine(provider)).toBe(db);
    expect(logins(world)).toBe(1);
    await world.clock.advance(minute);
    expect(await readLine(provider)).toBe(db);
    expect(logins(world)).toBe(2);
    await world.clock.advance(minute);
    expect(await readLine(provider)).toBe(db);
    expect([logins(world), ownLogins(world)]).toEqual([2, 1]);
  });

  test('goes on with its login while the credential cannot be seen', async () => {
    const world = await start('boot://boot');
    const provider = await world.open(world.store(withAppRole));
    expect(await readLine(provider)).toBe(db);
    world.vault.faults.add({ kind: 'status', status: 503, path: 'kv/data/boot' });
    await world.clock.advance(2 * minute);
    expect(await readLine(provider)).toBe(db);
    await world.vault.delete('kv/boot');
    world.vault.faults.clear();
    await world.clock.advance(2 * minute);
    expect(await readLine(provider)).toMatch(
      /^not_found: the credential "vault" cannot be fetched: .*"boot" in kv\//,
    );
  });

  test('says what keeps it from being had', async () => {
    const world = await start('boot://boot');
    const provider = await world.open(world.store(withAppRole));
    world.keepIn(undefined);
    expect(await readLine(provider)).toBe(
      'not_found: the credential "vault" cannot be fetched: there is no ClusterSecretStore "boot" that can be read',
    );
    world.keepIn(world.store(withAppRole, { name: 'boot' }));
    await world.clock.advance(minute);
    expect(await readLine(provider)).toBe(
      'invalid: the credential "vault" cannot be fetched: ClusterSecretStore "boot" takes a credential itself; use one that the broker logs in to with a ServiceAccount',
    );
    world.keepIn(world.store(withOwnToken, { name: 'boot' }));
    await world.clock.advance(minute);
    expect(await readLine(provider)).toBe(db);
  });
});
