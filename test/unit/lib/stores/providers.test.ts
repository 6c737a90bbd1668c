import { describe, expect, test } from '@jest/globals';
import { readStore, type ReadStore } from '../../../../lib/stores/store.ts';
import { everyProvider, everySpecField } from './every-field.ts';

const read = (spec: unknown): ReadStore =>
  readStore({ kind: 'ClusterSecretStore', metadata: { name: 's' }, spec });

const readProvider = (provider: unknown): ReadStore => read({ provider });

const placeOf = (text: string): string => text.split(' ', 1)[0] ?? '';
const ignored = 'is ignored: a credential is kept for the store, whatever its namespace';

describe('every field that external-secrets has is known', () => {
  test.each(Object.keys(everyProvider) as (keyof typeof everyProvider)[])('%s', (name) => {
    const { problems } = read({ ...everySpecField, provider: { [name]: everyProvider[name] } });
    expect(problems.filter((problem) => problem.includes('known field'))).toEqual([]);
  });

  test('and each that is not honoured is told', () => {
    const provider = everyProvider.vault;
    const { problems, unusable, warnings } = read({ ...everySpecField, provider: { vault: provider } });
    expect(problems).toEqual([
      'spec.provider.vault.auth.appRole.roleRef stands beside roleId; keep one of them',
      ...['jwt', 'appRole', 'tokenSecretRef', 'cert'].map(
        (method) => `spec.provider.vault.auth.${method} stands beside kubernetes; a store logs in one way`,
      ),
    ]);
    const place = 'spec.provider.vault';
    expect(unusable.map(placeOf)).toEqual([
      `${place}.headers`,
      `${place}.auth.kubernetes.secretRef`,
      `${place}.auth.jwt.secretRef`,
      ...['ldap', 'userPass', 'iam', 'gcp'].map((method) => `${place}.auth.${method}`),
    ]);
    expect(warnings.filter((warning) => !warning.endsWith(ignored)).map(placeOf)).toEqual([
      `${place}.tls.certSecretRef`,
      `${place}.tls.keySecretRef`,
      `${place}.caProvider`,
      `${place}.readYourWrites`,
      `${place}.forwardInconsistent`,
      `${place}.checkAndSet`,
      'spec.controller',
      'spec.retrySettings',
      'spec.refreshInterval',
    ]);
  });
});

describe('providers that are not there', () => {
  test.each(['azurekv', 'gcpsm'] as const)('%s is checked, and refused by name', (name) => {
    const notYet = `spec.provider.${name} is not supported yet; the providers are vault, aws, bitwardensecretsmanager and file`;
    expect(readProvider({ [name]: everyProvider[name] }).problems).toEqual([notYet]);
    expect(readProvider({ [name]: { auth: 1, location: 2 } }).problems).toContain(notYet);
  });

  test.each([
    [{ azurekv: { clientId: 'c' } }, 'azurekv.clientId is an older spelling of authSecretRef.clientId'],
    [
      { azurekv: { clientSecret: { secretRef: { name: 'n', key: 'k' } } } },
      'azurekv.clientSecret is an older spelling of authSecretRef.clientSecret',
    ],
    [{ gcpsm: { projectId: 'p' } }, 'gcpsm.projectId is an older spelling of projectID'],
    [
      { gcpsm: { auth: { secretRef: { secretAccessKey: { name: 'n' } } } } },
      'gcpsm.auth.secretRef.secretAccessKey is an older spelling of secretAccessKeySecretRef',
    ],
    [
      {
        aws: {
          region: 'eu-central-1',
          auth: {
            secretRef: {
              accessKeyID: { name: 'n', key: 'k' },
              secretAccessKeySecretRef: { name: 'n', key: 'k' },
            },
          },
        },
      },
      'aws.auth.secretRef.accessKeyID is an older spelling of accessKeyIDSecretRef',
    ],
  ])('%j is told how it is spelled today', (provider, warning) => {
    expect(readProvider(provider).warnings).toEqual([`spec.provider.${warning}`]);
  });

  test.each([
    [
      'azurekv',
      { authType: 'Guess' },
      'is "Guess"; it takes ServicePrincipal, ManagedIdentity or WorkloadIdentity',
    ],
    ['azurekv', { vaultURL: 'x' }, 'is not a known field; did you mean vaultUrl?'],
    ['gcpsm', { secretVersionSelectionPolicy: 'x' }, 'is "x"; it takes LatestOrFail or LatestOrFetch'],
  ])('%s with %j is told so', (name, fields, problem) => {
    expect(readProvider({ [name]: fields }).problems).toContain(
      `spec.provider.${name}.${Object.keys(fields).join('')} ${problem}`,
    );
  });

  test('the others of external-secrets are refused as what they are', () => {
    const others = ['akeyless', 'kubernetes', 'onepasswordSDK', 'yandexlockbox'];
    for (const name of others)
      expect(readProvider({ [name]: {} }).problems).toEqual([
        `spec.provider.${name} is not supported; the providers are vault, aws, bitwardensecretsmanager and file`,
      ]);
    expect(readProvider({ openBao: {} }).problems).toEqual([
      'spec.provider.openBao has the interface of Vault: write it as vault',
    ]);
    expect(readProvider({ vualt: {} }).problems).toEqual([
      'spec.provider.vault is missing; a store needs one provider: vault, aws, bitwardensecretsmanager or file',
      'spec.provider.vualt is not a known field; did you mean vault?',
    ]);
  });
});

test('how external-secrets goes about its own work has no effect', () => {
  const { conditions, ...fields } = everySpecField;
  const { store, ...findings } = read({ ...fields, conditions, provider: { file: { path: '/x' } } });
  expect(findings).toEqual({
    problems: [],
    unusable: [],
    warnings: [
      'spec.controller has no effect: one Keyferry serves every store of its kinds',
      'spec.retrySettings has no effect: the agent backs off by itself',
      "spec.refreshInterval has no effect: how often secrets are read is the pod's to say (keyferry.dev/refresh-interval)",
    ],
  });
  expect(store).toMatchObject({ kind: 'ClusterSecretStore', name: 's', provider: { type: 'file' } });
});

test('a manifest is read once', () => {
  const manifest = { kind: 'SecretStore', metadata: { name: 's' }, spec: {} };
  expect(readStore(manifest)).toBe(readStore(manifest));
});
