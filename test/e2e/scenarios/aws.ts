import { randomBytes } from 'node:crypto';
import { createNamespace, Workspace, type Bench } from '../bench.ts';
import { externalId, partnerRole, podRole, secretNames } from '../aws/configuration.ts';
import type { Aws } from '../aws/aws.ts';
import { newCredentials, shows, showsFile, verifyReadings } from '../credentials.ts';
import { asking } from '../pods/manifests.ts';
import { expect, expectParts, type Scenario } from '../scenario.ts';

const newToken = (): string => randomBytes(24).toString('base64url');

/** A namespace whose ServiceAccount has a role in AWS, with stores `vault` and `aws`. */
const workspaceWithAws = async (
  bench: Bench,
  name: string,
  options: { readonly aws?: Aws; readonly more?: object } = {},
): Promise<Workspace> => {
  const { aws = bench.aws, more = {} } = options;
  const workspace = await Workspace.create(bench, name, {
    accountAnnotations: { 'eks.amazonaws.com/role-arn': podRole },
  });
  await bench.kubectl.apply(aws.store('aws', workspace.namespace, more));
  return workspace;
};

const tokenOf = (secret: string): Record<string, string> => ({ 'secret.token': `aws://${secret}#token` });

/** One pod, two stores: both rotate, each in its own time. */
const rotation: Scenario = {
  name: 'aws-and-vault',
  run: async (bench) => {
    const key = 'payments/aws-and-vault/db';
    const [before, after] = [newCredentials(), newCredentials()];
    const [first, second] = [newToken(), newToken()];
    await bench.vault.write(key, { ...before });
    await bench.aws.write(secretNames.rotation, { token: first });
    const workspace = await workspaceWithAws(bench, 'aws-and-vault');
    const annotations = asking({
      ...tokenOf(secretNames.rotation),
      store: 'vault',
      'secret.username': `${key}#username`,
      'secret.password': `${key}#password`,
      'refresh-interval': '10s',
    });
    await workspace.start(workspace.pod('api', { annotations }));
    await workspace.readings('api', showsFile('token', first), { seconds: 30 });
    await bench.aws.write(secretNames.rotation, { token: second });
    const written = performance.now();
    await workspace.readings('api', showsFile('token', second), { seconds: 40 });
    const milliseconds = performance.now() - written;
    await bench.vault.write(key, { ...after });
    const readings = await workspace.readings('api', shows(after), { seconds: 40 });
    verifyReadings(readings, [before, after]);
    return { detail: `AWS's in place ${(milliseconds / 1000).toFixed(1)} s after the write` };
  },
};

/** The store's role is another account's: assumed from the ServiceAccount's own, with an external id. */
const chain: Scenario = {
  name: 'aws-role-chain',
  run: async (bench) => {
    const token = newToken();
    await bench.aws.write(secretNames.chain, { token });
    const workspace = await workspaceWithAws(bench, 'aws-role-chain', {
      more: { role: partnerRole, externalID: externalId },
    });
    await workspace.start(workspace.pod('api', { annotations: asking(tokenOf(secretNames.chain)) }));
    await workspace.readings('api', showsFile('token', token), { seconds: 30 });
    return undefined;
  },
};

/** Several secrets of one store are one request. */
const batch: Scenario = {
  name: 'aws-batch',
  run: async (bench) => {
    const aws = await ownAws(bench, 'aws-batch');
    const workspace = await workspaceWithAws(bench, 'aws-batch', { aws });
    const secrets = secretNames.batch.map((secret, index) => [
      `secret.token-${index}`,
      `aws://${secret}#token`,
    ]);
    const annotations = asking(Object.fromEntries(secrets) as Record<string, string>);
    await workspace.start(workspace.pod('api', { annotations }));
    const operations = (await aws.requests()).map(({ operation }) => operation);
    const wanted = 'AssumeRoleWithWebIdentity,BatchGetSecretValue';
    expect(operations.join() === wanted, `the requests were ${operations.join()}`);
    return undefined;
  },
};

/** What the role's policy does not allow is said at once, in the pod's status. */
const denied: Scenario = {
  name: 'aws-denied-at-start',
  run: async (bench) => {
    const workspace = await workspaceWithAws(bench, 'aws-denied');
    const annotations = asking({ ...tokenOf(secretNames.closed), 'start-timeout': '60s' });
    await bench.kubectl.apply(workspace.pod('api', { annotations }));
    const message = await workspace.terminationMessage('api', 'keyferry-refresh', 45);
    expectParts(message, ['token', secretNames.closed, 'aws', 'denied:', 'secretsmanager:GetSecretValue']);
    return undefined;
  },
};

const ownAws = async (bench: Bench, name: string): Promise<Aws> =>
  bench.startAws(await createNamespace(bench, `${name}-account`));

/** Long enough for some rotations of the other store. */
const downFor = 45_000;

/** AWS is away; what comes from Vault rotates in the same pod as if nothing were. */
const apart: Scenario = {
  name: 'aws-down-vault-rotates',
  run: async (bench) => {
    const key = 'payments/aws-down/db';
    const [before, after] = [newCredentials(), newCredentials()];
    const [first, second] = [newToken(), newToken()];
    const aws = await ownAws(bench, 'aws-down');
    await bench.vault.write(key, { ...before });
    await aws.write(secretNames.outage, { token: first });
    const workspace = await workspaceWithAws(bench, 'aws-down', { aws });
    const annotations = asking({
      ...tokenOf(secretNames.outage),
      store: 'vault',
      'secret.username': `${key}#username`,
      'secret.password': `${key}#password`,
      'refresh-interval': '10s',
    });
    await workspace.start(workspace.pod('api', { annotations }));
    await workspace.readings('api', showsFile('token', first), { seconds: 30 });
    await aws.write(secretNames.outage, { token: second });
    await aws.goDown(downFor);
    const down = performance.now();
    await bench.vault.write(key, { ...after });
    await workspace.readings('api', shows(after), { seconds: 40 });
    const seconds = (performance.now() - down) / 1000;
    expect(seconds < downFor / 1000, 'the rotation in Vault came only after AWS was back');
    const readings = await workspace.readings('api', showsFile('token', second), { seconds: 90 });
    verifyReadings(readings, [before, after]);
    return { detail: `Vault's in place ${seconds.toFixed(1)} s into the outage` };
  },
};

export const awsScenarios: readonly Scenario[] = [apart, rotation, chain, batch, denied];
