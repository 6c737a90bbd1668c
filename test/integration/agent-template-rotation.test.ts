import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import type { Plan, PlanStore } from '../../lib/plan.ts';
import { ServiceAccountIssuer } from '../emulators/issuer/issuer.ts';
import { startVaultServer, type VaultServer } from '../emulators/vault/server.ts';
import { makePod, realStores } from '../support/agent/in-process.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import {
  entryOf,
  externalSecretAt,
  refOf,
  setOf,
  templateAt,
  templatesFor,
  valuesTemplate,
} from '../support/agent/template-plans.ts';
import { runUntilTestEnds } from '../support/agent/three-stores.ts';
import { killProcesses, removeBundles, startPairReader } from '../support/agent/volume-processes.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { until } from '../support/until.ts';
import { kubernetesLogin, vaultAt } from '../support/stand-in-connections.ts';

let vault: VaultServer;
let token: string;

beforeAll(async () => {
  const issuer = await ServiceAccountIssuer.create({ keyType: 'ec' });
  const role = {
    bound_service_account_names: ['api'],
    bound_service_account_namespaces: ['payments'],
    audience: 'vault',
    token_policies: ['app'],
    token_ttl: '1h',
  };
  vault = await startVaultServer({
    keys: () => issuer.jwks(),
    setup: {
      policies: { app: 'path "kv/data/*" { capabilities = ["read"] }' },
      auth: { kubernetes: { type: 'kubernetes', roles: { app: role } } },
      mounts: { kv: {} },
    },
  });
  const pod = { namespace: 'payments', serviceAccount: 'api' };
  ({ token } = await issuer.issue({ ...pod, audiences: ['vault'], expirationSeconds: 3_600 }));
});
afterAll(async () => {
  removeBundles();
  await vault.close();
});
afterEach(killProcesses);

const store = (): PlanStore => ({
  name: 'vault',
  kind: 'SecretStore',
  provider: {
    ...vaultAt(vault),
    auth: kubernetesLogin,
  },
});

const run = async (plan: Plan) => {
  const root = makePod();
  writeFileSync(join(root, 'keyferry/identity/tokens/vault'), token);
  const templates = await templatesFor(plan);
  return runUntilTestEnds({ plan, stores: realStores(plan), templates, root });
};

const dataReads = (): number => vault.requests.count({ path: 'kv/data/*', method: 'GET' });

describe('a username and password that rotate together', () => {
  const rotations = 500;
  const rotate = (number: number): Promise<unknown> =>
    vault.write('kv/db', { username: `rotation-${number}`, password: `rotation-${number}` });

  test(`are never mixed in any generation over ${rotations} rotations`, async () => {
    await rotate(0);
    const plan = planOf({
      stores: [store()],
      sources: [sourceOf('db')],
      files: [
        fileAt('username', { property: 'username' }),
        fileAt('password', { property: 'password' }),
        externalSecretAt({
          entries: [entryOf('user', { property: 'username' }), entryOf('password', { property: 'password' })],
          sets: [setOf()],
          templates: [valuesTemplate('config.yaml', 'user: {{ .user }}\npassword: {{ .password }}\n')],
        }),
        templateAt('dsn', 'postgres://{{ secret "db#username" }}:{{ (secretData "db").password }}@db', [
          refOf('db#username', { property: 'username' }),
          refOf('db'),
        ]),
      ],
    });
    const pod = await run(plan);
    await until(() => visibleFiles(pod.folder)['dsn'] !== undefined, 'the first generation');
    const readers = [await startPairReader(pod.folder), await startPairReader(pod.folder)];
    for (let number = 1; number <= rotations; number += 1) {
      await rotate(number);
      pod.agent.refreshNow();
      await until(() => visibleFiles(pod.folder)['password'] === `rotation-${number}`, `rotation ${number}`);
      await pod.clock.advance(1_000);
    }
    const mark = `rotation-${rotations}`;
    expect(visibleFiles(pod.folder)).toEqual({
      username: mark,
      password: mark,
      'app/username': mark,
      'app/user': mark,
      'app/password': mark,
      'app/config.yaml': `user: ${mark}\npassword: ${mark}\n`,
      dsn: `postgres://${mark}:${mark}@db`,
    });
    for (const report of await Promise.all(readers.map((reader) => reader.finish()))) {
      expect(report).toMatchObject({ mixed: 0, first: '' });
      expect(report.rotations).toBeGreaterThan(100);
    }
    expect(pod.agent.status()).toMatchObject({ generation: rotations + 1 });
  }, 120_000);
});

describe('100 refs over 10 keys', () => {
  test('are 10 reads a refresh', async () => {
    const keys = Array.from({ length: 10 }, (_, index) => index);
    for (const key of keys) await vault.write(`kv/many/${key}`, { a: `${key}-a`, b: `${key}-b` });
    const fields = keys.flatMap((key) => Array.from({ length: 10 }, (_, at) => ({ key, at })));
    const plan = planOf({
      stores: [store()],
      sources: keys.map((key) => sourceOf(`many/${key}`)),
      files: [
        externalSecretAt({
          entries: fields.map(({ key, at }) =>
            entryOf(`k${key}-${at}`, { source: key, property: at % 2 === 0 ? 'a' : 'b' }),
          ),
          templates: [valuesTemplate('all', '{{ range $k, $v := . }}{{ $v }} {{ end }}')],
          keepsKeys: false,
        }),
      ],
    });
    const before = dataReads();
    const pod = await run(plan);
    await until(() => visibleFiles(pod.folder)['app/all'] !== undefined, 'the first generation');
    expect(dataReads() - before).toBe(10);
    await vault.write('kv/many/3', { a: 'new', b: 'new' });
    pod.agent.refreshNow();
    await until(() => visibleFiles(pod.folder)['app/all']?.includes('new') === true, 'the refresh');
    expect(dataReads() - before).toBe(20);
  }, 60_000);
});
