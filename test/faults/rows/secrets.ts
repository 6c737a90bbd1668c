import type { Struck } from '../../support/faults/bench.ts';
import type { BenchOf, FaultGroup } from '../row.ts';
import { fileIs } from '../strikes.ts';
import { allow } from '../../emulators/aws/setup.ts';

const apiAlone = 'path "kv/data/payments/api" { capabilities = ["read"] }';

/** Writes something else as the secret `db` in Vault, again after each rotation of the test's. */
const vaultDbIs =
  (fields: (bench: BenchOf['vault']) => Record<string, unknown>) =>
  async (bench: BenchOf['vault']): Promise<Struck> => {
    await bench.keepDb(fields(bench));
    return {
      lift: () => bench.keepDb(undefined),
    };
  };

const awsDbIs =
  (text: (bench: BenchOf['aws']) => string) =>
  (bench: BenchOf['aws']): Struck => {
    bench.keepDb(text(bench));
    return {
      lift: () => {
        bench.keepDb(undefined);
      },
    };
  };

const fileHas =
  (changes: { readonly db?: unknown }) =>
  (bench: BenchOf['file']): Struck | Promise<Struck> =>
    fileIs(bench.textWith(changes))(bench);

const noPassword = {
  code: 'not_found',
  says: 'the secret has no property "password"',
  keys: ['db'],
} as const;

/** Before there is any file, only the one that cannot be made is named. */
const passwordAlone = { ...noPassword, files: ['db/password'] } as const;

/** The store answers, and says no, or something that the pod has no use for. */
export const secrets: FaultGroup = {
  title: 'The secret itself',
  rows: [
    {
      fault: 'denied after it worked',
      happens: 'a policy that allowed the read is taken away, for one of two secrets',
      stores: {
        vault: {
          strike: async (bench) => {
            await bench.writePolicy(apiAlone);
            return { lift: () => bench.writePolicy() };
          },
          seen: {
            code: 'denied',
            says: 'Vault denied reading "payments/db" in kv/: a policy of role "app" must allow "read" on "kv/data/payments/db"',
            operation: 'read',
            keys: ['db'],
          },
        },
        aws: {
          strike: (bench) => {
            bench.writeRole({
              policy: [
                allow([bench.aws.arnOf('payments/api')]),
                allow(['*'], ['secretsmanager:BatchGetSecretValue']),
              ],
            });
            return {
              lift: () => {
                bench.writeRole();
              },
            };
          },
          seen: {
            code: 'denied',
            says: 'AWS denied role "arn:aws:iam::111122223333:role/payments" reading secret "payments/db" in eu-central-1: a policy must allow secretsmanager:GetSecretValue on it (and kms:Decrypt, where a key of your own encrypts it)',
            keys: ['db'],
          },
        },
        file: {
          strike: (bench) => {
            bench.leadAway();
            return {
              lift: () => {
                bench.restore();
              },
            };
          },
          seen: {
            code: 'denied',
            says: 'the path leads out of the folder that file stores may read',
            operation: 'read',
          },
        },
      },
    },
    {
      fault: 'deleted after it worked',
      happens: 'somebody deletes one of two secrets',
      stores: {
        vault: {
          strike: async (bench) => {
            await bench.keepDb('deleted');
            return { lift: () => bench.keepDb(undefined) };
          },
          seen: {
            code: 'not_found',
            says: '"payments/db" in kv/ was deleted',
            operation: 'read',
            keys: ['db'],
          },
        },
        aws: {
          strike: (bench) => {
            bench.aws.deleteSecret('payments/db');
            return {
              lift: () => {
                bench.aws.restoreSecret('payments/db');
              },
            };
          },
          seen: {
            code: 'not_found',
            says: 'secret "payments/db" in eu-central-1 is marked for deletion; restore it, or name another',
            keys: ['db'],
          },
        },
        file: {
          strike: fileHas({ db: undefined }),
          seen: { code: 'not_found', says: 'the file has no such key', keys: ['db'] },
        },
      },
    },
    {
      fault: 'file gone',
      happens: 'nothing is where the whole store was',
      stores: {
        vault: 'as if each of its secrets were deleted',
        aws: 'as if each of its secrets were deleted',
        file: {
          strike: fileIs(undefined),
          seen: {
            code: 'unavailable',
            says: 'nothing stands at the path of the file store',
            operation: 'read',
          },
        },
      },
    },
    {
      fault: 'property gone',
      happens: 'the secret is written without a field that a file is made of',
      stores: {
        vault: { strike: vaultDbIs(() => ({ user: 'app-2' })), seen: noPassword, start: passwordAlone },
        aws: { strike: awsDbIs(() => '{"user": "app-2"}'), seen: noPassword, start: passwordAlone },
        file: { strike: fileHas({ db: { user: 'app-2' } }), seen: noPassword, start: passwordAlone },
      },
    },
    {
      fault: 'no JSON any more',
      happens: 'the secret becomes a plain text, and files are made of its properties',
      stores: {
        vault: 'a Vault secret always has fields',
        aws: {
          strike: awsDbIs((bench) => bench.canaries[0] ?? ''),
          seen: {
            code: 'invalid',
            says: 'the secret is not JSON, so it has no properties',
            keys: ['db'],
          },
        },
        file: {
          strike: (bench) => fileIs(bench.textWith({ db: bench.canaries[0] }))(bench),
          seen: {
            code: 'invalid',
            says: 'the secret is not JSON, so it has no properties',
            keys: ['db'],
          },
        },
      },
    },
    {
      fault: 'one of a batch fails',
      happens: 'AWS answers for many secrets at once, and one of them has an error of its own',
      stores: {
        vault: 'Vault is asked for each secret by itself',
        aws: {
          strike: (bench) => {
            bench.aws.breakKey('payments/db', 'failed');
            return {
              lift: () => {
                bench.aws.breakKey('payments/db', undefined);
              },
            };
          },
          seen: {
            code: 'denied',
            says: 'AWS KMS did not decrypt secret "payments/db" in eu-central-1 for role "arn:aws:iam::111122223333:role/payments": its key must be enabled, and a policy must allow kms:Decrypt on it',
            keys: ['db'],
          },
        },
        file: 'a file is read as a whole',
      },
    },
    {
      fault: 'KMS denies',
      happens: 'the role may read the secret, and not use the key that encrypts it',
      stores: {
        vault: 'Vault encrypts with its own key',
        aws: {
          strike: (bench) => {
            bench.aws.breakKey('payments/db', 'denied');
            return {
              lift: () => {
                bench.aws.breakKey('payments/db', undefined);
              },
            };
          },
          seen: {
            code: 'denied',
            says: 'AWS denied role "arn:aws:iam::111122223333:role/payments" reading secret "payments/db" in eu-central-1: a policy must allow secretsmanager:GetSecretValue on it (and kms:Decrypt, where a key of your own encrypts it)',
            keys: ['db'],
          },
        },
        file: 'a file is not encrypted',
      },
    },
    {
      fault: 'batches denied',
      happens: 'the policy allows secretsmanager:GetSecretValue and not secretsmanager:BatchGetSecretValue',
      stores: {
        vault: 'Vault has no batches',
        aws: {
          strike: (bench) => {
            bench.writeRole({ policy: allow(['*']) });
            return {
              lift: () => {
                bench.writeRole();
              },
            };
          },
        },
        file: 'a file is read as a whole',
      },
    },
  ],
};
