import { describe, expect, test } from '@jest/globals';
import { account, explain, section, store, vault, workload } from './explain-run.ts';

describe('files', () => {
  test('path, origin, mode, owner and time of each', async () => {
    const { status, out } = await explain([
      vault,
      workload({
        'secret.password': 'vault://db?version=3&decode=base64#password',
        'secret.token': 'vault://api?optional=true',
        'extract.tls': 'vault://tls',
        'path.tls': 'etc/tls',
        'refresh-interval.tls': '0',
        'file-mode.token': '0640',
        'mount-path': '/run/secrets',
        containers: 'worker',
      }),
    ]);
    expect(status).toBe(0);
    expect(section(out, 'Files')).toBe(
      `  Files
    In memory, below /run/secrets, read-only, for container worker. No Secret object is made.
    /run/secrets/etc/tls/
      A file for each field of tls in store vault.
      Mode 0440, user 65532, group 2000. Read once, at the start.
    /run/secrets/password
      Property "password" of db (version "3") in store vault, decoded from base64.
      Mode 0440, user 65532, group 2000. Read anew every 1 h, give or take 10 %.
    /run/secrets/token
      The secret of api in store vault.
      Mode 0640, user 65532, group 2000. Read anew every 1 h, give or take 10 %.
      Optional: the pod may start without it.`,
    );
  });

  test('credentials that Vault makes, for certain and maybe', async () => {
    const { out } = await explain([
      vault,
      workload({
        'secret.cert': 'vault://pki/issue/web?parameter.common_name=a.example#certificate',
        'secret.user': 'vault://database/creds/ro#username',
      }),
    ]);
    expect(section(out, 'Files')).toContain(
      `      Property "certificate" of pki/issue/web (common_name=a.example) in store vault.
      Mode 0440, user 65532, group 2000. Made for each pod; renewed when two thirds of its life are
        over, and replaced where that cannot be.`,
    );
    expect(section(out, 'Files').replaceAll(/\s+/gu, ' ')).toContain(
      'Read anew every 1 h, give or take 10 %. If Vault makes a credential of it, that is renewed at two thirds of its life instead.',
    );
    expect(section(out, 'Calls')).toContain('1,080: 1 credential, every 40 min, 1,080 times');
  });
});

describe('who asks', () => {
  test('at Vault', async () => {
    const team = store('team', {
      vault: {
        server: 'https://vault.example',
        namespace: 'team-a',
        path: 'kv',
        auth: {
          namespace: 'root',
          kubernetes: { mountPath: 'k8s', role: 'web', serviceAccountRef: { name: 'api' } },
        },
      },
    });
    const { out } = await explain([team, workload({ 'secret.a': 'team://a' })]);
    const words = section(out, 'Stores').replaceAll(/\s+/gu, ' ');
    expect(words).toContain(
      'team (SecretStore): Vault at https://vault.example, namespace "team-a", keys are below kv',
    );
    expect(words).toContain(
      'Logs in as ServiceAccount payments/api at auth/k8s of the namespace "root", as the role "web", with a token for the API server\'s own audience.',
    );
    expect(out).toContain("warning: SecretStore payments/team: it logs in with a token for the API server's");
  });

  const arn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
  const aws = (fields: object) =>
    store('aws', { aws: { service: 'SecretsManager', region: 'eu-central-1', ...fields } });
  const stores = async (documents: readonly object[]): Promise<string> => {
    const { out } = await explain([...documents, workload({ 'secret.a': 'aws://a' })]);
    return section(out, 'Stores').replaceAll(/\s+/gu, ' ');
  };

  test("at AWS, by the ServiceAccount's role and a chain", async () => {
    const chain = aws({
      prefix: 'prod/',
      additionalRoles: [arn('hop')],
      role: arn('reader'),
      externalID: 'x1',
      sessionTags: [{ key: 'team', value: 'risk' }],
    });
    const words = await stores([account({ 'eks.amazonaws.com/role-arn': arn('pod') }), chain]);
    expect(words).toContain('AWS Secrets Manager, eu-central-1, names begin with prod/');
    expect(words).toContain(
      `As ServiceAccount payments/api, with a token for the audience "sts.amazonaws.com", assumes ${arn('pod')}. ` +
        `From there it assumes ${arn('hop')}. ` +
        `From there it assumes ${arn('reader')} (external id "x1", tag team=risk).`,
    );
  });

  test('at AWS, by EKS Pod Identity', async () => {
    expect(await stores([account(), aws({})])).toContain(
      'Starts as the EKS Pod Identity of ServiceAccount payments/api, where the pod has one; it cannot log in without one, since no role is named.',
    );
    expect(await stores([account(), aws({ role: arn('reader') })])).toContain(
      `Starts as the EKS Pod Identity of ServiceAccount payments/api, where the pod has one, and assumes ${arn('reader')} from there; without one it assumes that role with a token for the audience "sts.amazonaws.com".`,
    );
  });

  test('nobody, where files are read', async () => {
    const { out } = await explain([
      store('file', { file: { path: '/x' } }),
      workload({ 'secret.a': 'file://a' }),
    ]);
    expect(section(out, 'Stores')).toContain('files at /x\n      Reads files; nobody logs in.');
    expect(section(out, 'Calls')).toContain('    file: none, it reads files\n');
  });
});

describe('the start', () => {
  test.each([
    [
      'native',
      'keyferry-refresh, a native sidecar, starts before the app',
      'The app starts when all of its files are there.',
    ],
    ['init', 'keyferry-init fetches the files and ends', 'the start waits up to 1 min 30 s, then fails'],
    ['init+sidecar', 'keyferry-init fetches the files, then keyferry-refresh', 'what waiting does not cure'],
    [
      'sidecar',
      'keyferry-refresh, a native sidecar, fetches',
      'The app starts at once, maybe before its files.',
    ],
  ])('%s', async (lifecycle, ...sentences) => {
    const timeout = lifecycle === 'native' ? {} : { 'start-timeout': '90s' };
    const { out } = await explain([vault, workload({ 'secret.a': 'vault://a', lifecycle, ...timeout })]);
    const words = section(out, `Start (lifecycle ${lifecycle})`).replaceAll(/\s+/gu, ' ');
    for (const sentence of sentences) expect(words).toContain(sentence);
  });
});
