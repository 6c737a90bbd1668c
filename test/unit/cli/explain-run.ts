import { stringify } from 'yaml';
import { runCommand } from '../../../cli/run.ts';
import { ManualClock } from '../../support/manual-clock.ts';

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the command on documents that come by standard input. */
export const explain = async (documents: readonly object[], more = ''): Promise<Ran> => {
  const said = { out: '', error: '' };
  const status = await runCommand(['explain', '-f', '-', ...more.split(' ').filter((word) => word !== '')], {
    readInput: () => Promise.resolve(documents.map((document) => stringify(document)).join('---\n')),
    out: (text) => {
      said.out += text;
    },
    error: (text) => {
      said.error += text;
    },
    clock: new ManualClock(),
    kubeconfigVariable: undefined,
    homeFolder: '/nowhere',
  });
  return { status, ...said };
};

export const store = (name: string, provider: object): object => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'SecretStore',
  metadata: { name, namespace: 'payments' },
  spec: { provider },
});

export const vault = store('vault', {
  vault: { server: 'https://vault.example', path: 'kv', auth: { jwt: { role: 'web' } } },
});

export const account = (annotations: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'api', namespace: 'payments', annotations },
});

export const workload = (
  annotations: Readonly<Record<string, string>>,
  { apiVersion = 'apps/v1', kind = 'Deployment', name = 'web', spec = {} } = {},
): object => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'payments' },
  spec: {
    ...spec,
    template: {
      metadata: {
        annotations: Object.fromEntries(
          Object.entries({ inject: 'true', ...annotations }).map(([key, value]) => [
            `keyferry.dev/${key}`,
            value,
          ]),
        ),
      },
      spec: {
        serviceAccountName: 'api',
        securityContext: { fsGroup: 2000 },
        containers: [{ name: 'app' }, { name: 'worker' }],
      },
    },
  },
});

export const section = (out: string, name: string): string =>
  out.split(/\n(?= {2}\S)/u).find((part) => part.trimStart().startsWith(name)) ?? '';
