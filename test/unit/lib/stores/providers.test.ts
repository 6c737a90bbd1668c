import { describe, expect, test } from '@jest/globals';
import { readStore, type ReadStore } from '../../../../lib/stores/store.ts';
import { everyProvider, everySpecField } from './every-field.ts';

const read = (spec: unknown): ReadStore =>
  readStore({ kind: 'ClusterSecretStore', metadata: { name: 's' }, spec });

const readProvider = (provider: unknown): ReadStore => read({ provider });

const bitwarden = everyProvider.bitwardensecretsmanager;
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
      'spec.provider.vault.auth.jwt stands beside kubernetes; a store logs in one way',
    ]);
    const place = 'spec.provider.vault';
    expect(unusable.map(placeOf)).toEqual([
      `${place}.headers`,
      ...['tokenSecretRef', 'appRole', 'cert', 'ldap', 'userPass', 'iam', 'gcp'].map(
        (method) => `${place}.auth.${method}`,
      ),
      `${place}.auth.kubernetes.secretRef`,
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

describe('Bitwarden Secrets Manager', () => {
  const place = 'spec.provider.bitwardensecretsmanager';

  test('is checked, and serves no pod yet', () => {
    const noServer = 'has no effect: Keyferry needs no SDK server';
    expect(readProvider({ bitwardensecretsmanager: bitwarden })).toEqual({
      problems: [],
      unusable: [`${place}.auth needs the broker, which is not supported yet`],
      warnings: [
        `${place}.auth.secretRef.credentials.namespace ${ignored}`,
        `${place}.bitwardenServerSDKURL ${noServer}`,
        `${place}.caProvider ${noServer}`,
        `${place}.caBundle ${noServer}`,
      ],
    });
  });

  test('an id that is none is no reason to refuse the store itself', () => {
    const found = readProvider({ bitwardensecretsmanager: { ...bitwarden, organizationID: '<ID>' } });
    expect(found.problems).toEqual([]);
    expect(found.unusable).toContain(`${place}.organizationID is "<ID>"; ids of Bitwarden are UUIDs`);
  });

  test('what is missing or wrong is told at once', () => {
    expect(
      readProvider({ bitwardensecretsmanager: { apiURL: 'vault', auth: { secretRef: {} } } }).problems,
    ).toEqual([
      `${place}.apiURL is "vault"; give a URL like https://api.bitwarden.com`,
      `${place}.organizationID is missing`,
      `${place}.projectID is missing`,
      `${place}.auth.secretRef.credentials is missing`,
    ]);
  });
});

describe('providers that are not there', () => {
  test.each(['azurekv', 'gcpsm'] as const)('%s is checked, and refused by name', (name) => {
    const notYet = `spec.provider.${name} is not supported yet; the providers are vault, aws and file`;
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
      { aws: { region: 'eu-central-1', auth: { secretRef: { accessKeyID: { name: 'n' } } } } },
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
        `spec.provider.${name} is not supported; the providers are vault, aws and file`,
      ]);
    expect(readProvider({ openBao: {} }).problems).toEqual([
      'spec.provider.openBao has the interface of Vault: write it as vault',
    ]);
    expect(readProvider({ vualt: {} }).problems).toEqual([
      'spec.provider.vault is missing; a store needs one provider: vault, aws or file',
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

test('what takes the broker is right, but serves no pod', () => {
  expect(read({ via: 'broker', access: [], provider: { file: { path: '/x' } } })).toEqual({
    problems: [],
    unusable: [
      'spec.access needs the broker, which is not supported yet',
      'spec.via needs the broker, which is not supported yet',
    ],
    warnings: [],
  });
});

test('a manifest is read once', () => {
  const manifest = { kind: 'SecretStore', metadata: { name: 's' }, spec: {} };
  expect(readStore(manifest)).toBe(readStore(manifest));
});
