import type { PlanFile, PlanSource, PlanStore } from '../../../lib/plan.ts';
import { startAwsServer, type AwsServer } from '../../emulators/aws/server.ts';
import { allow, trustServiceAccount } from '../../emulators/aws/setup.ts';
import { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import { startVaultServer, type VaultServer } from '../../emulators/vault/server.ts';

/** What the agents of the bench are given: the stand-ins of Vault and AWS, over TLS on loopback. */

const who = { namespace: 'payments', serviceAccount: 'payments-api' };
const role = 'payments-api';
const account = '111122223333';
const region = 'eu-central-1';

/** Eight of each store make 1 MiB; AWS takes no larger secrets. */
export const largeKeys = Array.from({ length: 8 }, (_, index) => `payments/large-${index}`);
const largeValue = 'x'.repeat(64 * 1024 - 16);

const secrets = {
  'payments/db': { username: 'payments', password: 'correct-horse-battery-staple' },
  'payments/fraud-feed': { api_key: '4b1d7a40-6f0f-4c0e-9a51-6f2f9d7a3c55' },
  ...Object.fromEntries(largeKeys.map((key) => [key, { value: largeValue }])),
};

/** Which stores a plan reads from. */
export type Backing = readonly ('vault' | 'aws')[];

const vaultSetup = {
  policies: { [role]: 'path "kv/data/payments/*" { capabilities = ["read"] }' },
  auth: {
    kubernetes: {
      type: 'kubernetes' as const,
      roles: {
        [role]: {
          bound_service_account_names: [who.serviceAccount],
          bound_service_account_namespaces: [who.namespace],
          audience: 'vault',
          token_policies: [role],
          token_ttl: '20m',
        },
      },
    },
  },
  mounts: { kv: { version: 2 as const } },
  secrets: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [`kv/${key}`, value])),
};

const awsSetup = {
  account,
  region,
  roles: {
    [role]: {
      trust: trustServiceAccount(who),
      policy: allow(
        ['*'],
        ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue', 'secretsmanager:ListSecrets'],
      ),
    },
  },
  secrets: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, { json: value }])),
};

export class Backends {
  readonly #issuer: ServiceAccountIssuer;
  readonly #vault: VaultServer;
  readonly #aws: AwsServer;

  private constructor(issuer: ServiceAccountIssuer, vault: VaultServer, aws: AwsServer) {
    this.#issuer = issuer;
    this.#vault = vault;
    this.#aws = aws;
  }

  static async start(): Promise<Backends> {
    const issuer = await ServiceAccountIssuer.create();
    const keys = (): ReturnType<ServiceAccountIssuer['jwks']> => issuer.jwks();
    const vault = await startVaultServer({ keys, setup: vaultSetup });
    return new Backends(issuer, vault, await startAwsServer({ keys, setup: awsSetup }));
  }

  async close(): Promise<void> {
    await Promise.all([this.#vault.close(), this.#aws.close()]);
  }

  /** The tokens that the kubelet would project, by file name. */
  async tokens(): Promise<Readonly<Record<string, string>>> {
    const issue = async (audience: string): Promise<string> =>
      (await this.#issuer.issue({ ...who, audiences: [audience] })).token;
    return { vault: await issue('vault'), 'sts.amazonaws.com': await issue('sts.amazonaws.com') };
  }

  #store(name: 'vault' | 'aws'): PlanStore {
    const provider: PlanStore['provider'] =
      name === 'vault'
        ? {
            type: 'vault',
            server: this.#vault.url,
            allowHttp: false,
            path: 'kv',
            kvVersion: 'v2',
            caBundle: this.#vault.caPem,
            auth: { method: 'kubernetes', mountPath: 'kubernetes', role, token: 'vault' },
          }
        : {
            type: 'aws',
            region,
            allowHttp: false,
            secretsManagerEndpoint: this.#aws.secretsManagerUrl,
            stsEndpoint: this.#aws.stsUrl,
            caBundle: this.#aws.caPem,
            prefix: '',
            auth: {
              token: 'sts.amazonaws.com',
              podIdentity: false,
              roles: [{ arn: `arn:aws:iam::${account}:role/${role}` }],
              sessionName: 'keyferry-bench',
            },
          };
    return { name, kind: 'SecretStore', provider };
  }

  /** A plan that reads each key from each store, every field a file, once or every so many seconds. */
  plan(
    backing: Backing,
    options: { readonly keys?: readonly string[]; readonly intervalSeconds?: number; readonly port?: number },
  ): string {
    const { keys = ['payments/db', 'payments/fraud-feed'], intervalSeconds = 3600, port = 0 } = options;
    const wanted = backing.flatMap((name, store) => keys.map((key) => ({ name, store, key })));
    return JSON.stringify({
      version: 1,
      lifecycle: 'native',
      ...who,
      stores: backing.map((name) => this.#store(name)),
      sources: wanted.map(({ store, key }): PlanSource => ({ store, key, intervalSeconds })),
      files: wanted.map(({ name, key }, source): PlanFile => ({
        source,
        path: `${name}/${key}`,
        kind: 'extract',
        optional: false,
        mode: '0440',
      })),
      fileGroup: null,
      startTimeoutSeconds: 20,
      port,
    });
  }
}
