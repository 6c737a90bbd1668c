import { describe, expect, test } from '@jest/globals';
import { secretUses } from '../../../cli/core/secret-uses.ts';

const made = [
  { externalSecret: 'orders-db', target: 'orders-db-credentials' },
  { externalSecret: 'registry', target: 'registry-pull' },
];

const pod = (spec: object, annotations: Record<string, string> = {}): object => ({
  metadata: { annotations },
  spec,
});

describe('what a pod still takes from Secrets', () => {
  test('variables, with the file of their key', () => {
    const env = [
      { name: 'DB_USER', valueFrom: { secretKeyRef: { name: 'orders-db-credentials', key: 'username' } } },
      { name: 'DB_HOST', valueFrom: { configMapKeyRef: { name: 'orders-db-credentials', key: 'host' } } },
      { name: 'OTHER', valueFrom: { secretKeyRef: { name: 'somebody-elses', key: 'username' } } },
      { name: 'PLAIN', value: 'orders-db-credentials' },
    ];
    expect(secretUses(pod({ containers: [{ name: 'api', env }] }), made)).toEqual([
      {
        who: 'container api',
        what: 'env DB_USER (secretKeyRef orders-db-credentials, key username)',
        secret: 'orders-db-credentials',
        externalSecret: 'orders-db',
        file: '/secrets/orders-db-credentials/username',
      },
    ]);
  });

  test('sets of variables, with the folder', () => {
    const envFrom = [
      { secretRef: { name: 'orders-db-credentials' } },
      { prefix: 'DB_', secretRef: { name: 'orders-db-credentials' } },
      { configMapRef: { name: 'orders-db-credentials' } },
    ];
    const uses = secretUses(pod({ initContainers: [{ name: 'migrate', envFrom }] }), made);
    expect(uses.map(({ who, what, file }) => [who, what, file])).toEqual([
      [
        'init container migrate',
        'envFrom (secretRef orders-db-credentials)',
        '/secrets/orders-db-credentials',
      ],
      [
        'init container migrate',
        'envFrom (secretRef orders-db-credentials, prefix DB_)',
        '/secrets/orders-db-credentials',
      ],
    ]);
  });

  test('volumes, for each container that mounts them; one key where it is one', () => {
    const spec = {
      containers: [
        {
          name: 'api',
          volumeMounts: [
            { name: 'whole', mountPath: '/etc/db' },
            { name: 'whole', mountPath: '/etc/db-password', subPath: 'password' },
            { name: 'single', mountPath: '/etc/user' },
            { name: 'projected', mountPath: '/etc/all' },
            { name: 'scratch', mountPath: '/tmp' },
          ],
        },
        { name: 'idle' },
      ],
      volumes: [
        { name: 'whole', secret: { secretName: 'orders-db-credentials' } },
        {
          name: 'single',
          secret: { secretName: 'orders-db-credentials', items: [{ key: 'username', path: 'name.txt' }] },
        },
        {
          name: 'projected',
          projected: {
            sources: [{ configMap: { name: 'x' } }, { secret: { name: 'orders-db-credentials' } }],
          },
        },
        { name: 'scratch', emptyDir: {} },
      ],
    };
    expect(secretUses(pod(spec), made).map(({ what, file }) => [what, file])).toEqual([
      ['volume whole at /etc/db (secret orders-db-credentials)', '/secrets/orders-db-credentials'],
      [
        'volume whole at /etc/db-password (secret orders-db-credentials)',
        '/secrets/orders-db-credentials/password',
      ],
      [
        'volume single at /etc/user (secret orders-db-credentials)',
        '/secrets/orders-db-credentials/username',
      ],
      ['volume projected at /etc/all (secret orders-db-credentials)', '/secrets/orders-db-credentials'],
    ]);
  });

  test('pull secrets, which no file replaces', () => {
    const [found] = secretUses(
      pod({ imagePullSecrets: [{ name: 'registry-pull' }, { name: 'other' }] }),
      made,
    );
    expect(found).toEqual({
      who: 'the pod',
      what: 'imagePullSecrets (registry-pull)',
      secret: 'registry-pull',
      externalSecret: 'registry',
    });
  });

  test('with the mount path that the pod asks for', () => {
    const containers = [{ name: 'api', envFrom: [{ secretRef: { name: 'orders-db-credentials' } }] }];
    const [found] = secretUses(pod({ containers }, { 'keyferry.dev/mount-path': '/run/keys' }), made);
    expect(found?.file).toBe('/run/keys/orders-db-credentials');
  });

  test.each([[undefined], [null], ['text'], [[]], [{}], [{ spec: { containers: [7, { env: 'x' }] } }]])(
    'nothing in what is no pod: %j',
    (value) => {
      expect(secretUses(value, made)).toEqual([]);
    },
  );
});
