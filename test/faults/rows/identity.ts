import { atLogins } from '../cells.ts';
import type { FaultGroup } from '../row.ts';
import { AwsBench } from '../../support/faults/aws-bench.ts';
import { VaultBench } from '../../support/faults/vault-bench.ts';
import { anotherStore, answers, atLogin } from '../strikes.ts';

const tenMinutes = 600_000;
const role = 'role "arn:aws:iam::111122223333:role/payments"';

const vaultRefused = (hint = ''): string =>
  `Vault refused the login at auth/kubernetes as role "app" (HTTP 403): ${hint}check that this is the mount path of a kubernetes auth method, that the role exists, and that it admits this pod's ServiceAccount and namespace (bound_service_account_names, bound_service_account_namespaces) and its token's audience (audience)`;

const awsNotAccepted = (hint = ''): string =>
  `AWS STS does not accept the pod's token for ${role} (HTTP 400): ${hint}the account of ${role} needs an IAM OIDC provider for this cluster's issuer with the audience sts.amazonaws.com`;

const awsExpired = (hint: string): string =>
  `AWS STS says that the pod's token for ${role} has expired (HTTP 400): ${hint}the kubelet replaces it`;

const hint = (what: string): string => `${what}; if that is not it, `;
const clocksDiffer = (whose: string): string =>
  hint(`${whose} clock and this machine's differ by 600 s (set them right)`);
const tokenExpired = hint("by this machine's clock the pod's token has expired (check the clocks)");

/** The pod's own way in: its token, its role, the clocks. */
export const identity: FaultGroup = {
  title: "The pod's identity",
  rows: [
    {
      fault: 'log-in forgotten',
      happens: 'the store no longer knows the log-in: its tokens or sessions were revoked, or it starts anew',
      stores: atLogins({
        strike: (bench) => {
          bench.endLogins();
          return { lift: () => undefined };
        },
        start: { never: 'a pod that starts has not logged in yet' },
      }),
    },
    {
      fault: 'token of a foreign key',
      happens:
        "the pod's token has a signature that the backend does not accept: the cluster's keys were replaced",
      stores: atLogins({
        strike: atLogin(
          (bench) => bench.putToken({ forged: true }),
          (bench) => bench.putToken({}),
        ),
        code: 'unauthenticated',
        says: { vault: vaultRefused(), aws: awsNotAccepted() },
      }),
    },
    {
      fault: 'token for another audience',
      happens: "the role expects another audience than the pod's token has",
      stores: atLogins({
        strike: atLogin(
          (bench) => bench.putToken({ audience: 'somebody-else' }),
          (bench) => bench.putToken({}),
        ),
        code: 'unauthenticated',
        says: { vault: vaultRefused(), aws: awsNotAccepted() },
      }),
    },
    {
      fault: 'token expired on disk',
      happens: 'the kubelet does not replace the token: the API server, or the kubelet, is down',
      stores: atLogins({
        strike: atLogin(
          (bench) => bench.putToken({ seconds: -600 }),
          (bench) => bench.putToken({}),
        ),
        code: 'unauthenticated',
        says: { vault: vaultRefused(tokenExpired), aws: awsExpired(tokenExpired) },
      }),
    },
    {
      fault: 'token missing',
      happens: 'the volume has no token',
      stores: atLogins({
        strike: atLogin(
          (bench) => bench.putToken({ missing: true }),
          (bench) => bench.putToken({}),
        ),
        code: 'unauthenticated',
        asks: false,
        says: {
          vault: 'the pod\'s token "vault" cannot be read',
          aws: 'the pod\'s token "aws" cannot be read',
        },
      }),
    },
    {
      fault: 'role refuses',
      happens:
        "Vault's role, or the IAM role's trust policy, is changed and does not let the pod's ServiceAccount in",
      stores: atLogins({
        strike: atLogin(
          (bench) => bench.refuseRole(true),
          (bench) => bench.refuseRole(false),
        ),
        code: 'unauthenticated',
        says: {
          vault: vaultRefused(),
          aws: `AWS STS refused ${role} to the pod's token (HTTP 403): its trust policy must allow sts:AssumeRoleWithWebIdentity to the cluster's OIDC provider for this pod's ServiceAccount (conditions on the issuer's :sub and :aud)`,
        },
      }),
    },
    {
      fault: 'another store answers',
      happens:
        'behind the same name, with a good certificate, is a store of another cluster that has secrets of the same names',
      stores: {
        vault: {
          strike: anotherStore(() => VaultBench.start()),
          seen: { code: 'unauthenticated', says: vaultRefused(), operation: 'login' },
        },
        aws: {
          strike: anotherStore(() => AwsBench.start()),
          seen: { code: 'unauthenticated', says: awsNotAccepted(), operation: 'login' },
        },
        file: 'a file has no name but its path',
      },
    },
    {
      fault: 'log-in fails inside',
      happens: 'the store serves secrets, and its log-in does not work (HTTP 500)',
      stores: atLogins({
        strike: (bench) => {
          bench.endLogins();
          return answers({ kind: 'status', status: 500 }, 'login')(bench);
        },
        says: {
          vault: 'SERVER: Vault failed inside (HTTP 500)',
          aws: 'SERVER: AWS failed inside (HTTP 500)',
        },
      }),
    },
    {
      fault: "backend's clock 10 min ahead",
      happens: 'the clocks of the backend and of the pod differ',
      stores: atLogins({
        strike: atLogin(
          async (bench) => {
            await bench.putToken({ seconds: 300 });
            bench.backendClockAhead(tenMinutes);
          },
          async (bench) => {
            bench.backendClockAhead(0);
            await bench.putToken({});
          },
        ),
        code: 'unauthenticated',
        says: { vault: vaultRefused(clocksDiffer("Vault's")), aws: awsExpired(clocksDiffer("AWS's")) },
      }),
    },
    {
      fault: "backend's clock 10 min behind",
      happens: "to the backend the pod's token is of the future",
      stores: atLogins({
        strike: atLogin(
          (bench) => {
            bench.backendClockAhead(-tenMinutes);
          },
          (bench) => {
            bench.backendClockAhead(0);
          },
        ),
        code: 'unauthenticated',
        says: { vault: vaultRefused(clocksDiffer("Vault's")), aws: awsNotAccepted(clocksDiffer("AWS's")) },
      }),
    },
    {
      fault: "pod's clock 10 min ahead",
      happens: "the node's clock jumps; the backend's is right",
      stores: {
        ...atLogins({
          strike: (bench) => {
            bench.clock.ahead = tenMinutes;
            return {
              lift: () => {
                bench.clock.ahead = 0;
              },
            };
          },
        }),
        file: {
          strike: (bench) => {
            bench.clock.ahead = tenMinutes;
            return {
              lift: () => {
                bench.clock.ahead = 0;
              },
            };
          },
        },
      },
    },
    {
      fault: "pod's clock 10 min behind",
      happens: "the node's clock jumps; the backend's is right",
      stores: {
        ...atLogins({
          strike: (bench) => {
            bench.clock.ahead = -tenMinutes;
            return {
              lift: () => {
                bench.clock.ahead = 0;
              },
            };
          },
        }),
        file: {
          strike: (bench) => {
            bench.clock.ahead = -tenMinutes;
            return {
              lift: () => {
                bench.clock.ahead = 0;
              },
            };
          },
        },
      },
    },
  ],
};
