import { describe, expect, test } from '@jest/globals';
import { readStore } from '../../../lib/stores/store.ts';
import { at, listAt, named, walk } from './manifests.ts';
import { access, conditions, providers } from './store-examples.ts';
import { pruningPlaces, refusals, structuralProblems, undescribed } from './schema.ts';

const definitions = {
  SecretStore: named('CustomResourceDefinition', 'secretstores.keyferry.dev').object,
  ClusterSecretStore: named('CustomResourceDefinition', 'clustersecretstores.keyferry.dev').object,
};
type Kind = keyof typeof definitions;
const kinds = Object.keys(definitions) as Kind[];
const schemaOf = (kind: Kind): unknown => at(definitions[kind], 'spec.versions.0.schema.openAPIV3Schema');

const store = (kind: Kind, spec: object): Parameters<typeof readStore>[0] & Record<string, unknown> => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind,
  metadata: { name: 'store', ...(kind === 'SecretStore' ? { namespace: 'payments' } : {}) },
  spec,
});

describe.each(kinds)('%s', (kind) => {
  const definition = definitions[kind];
  const schema = schemaOf(kind);

  test('is served as v1beta1 of keyferry.dev', () => {
    expect(at(definition, 'spec.group')).toBe('keyferry.dev');
    expect(at(definition, 'spec.names.kind')).toBe(kind);
    expect(at(definition, 'spec.scope')).toBe(kind === 'SecretStore' ? 'Namespaced' : 'Cluster');
    expect(listAt(definition, 'spec.versions')).toHaveLength(1);
    expect(at(definition, 'spec.versions.0')).toMatchObject({ name: 'v1beta1', served: true, storage: true });
  });

  test('has a structural schema with a sentence on every field', () => {
    expect(structuralProblems(schema)).toEqual([]);
    expect(undescribed(at(schema, 'properties.spec'))).toEqual([]);
  });

  test('drops no field that somebody wrote below spec', () => {
    const places = pruningPlaces(at(schema, 'properties.spec'), 'spec');
    expect(places).toEqual(
      kind === 'SecretStore'
        ? []
        : ['conditions', 'access'].map(
            (field) => `spec.${field}.items.namespaceSelector.matchExpressions.items`,
          ),
    );
  });

  test.each(Object.keys(providers))('takes %s, and so does the webhook', (name) => {
    const object = store(kind, { provider: providers[name] });
    expect(refusals(schema, object)).toEqual([]);
    expect(readStore(object).problems).toEqual([]);
  });

  test.each([
    ['no provider', {}, 'object.spec.provider is missing'],
    ['an empty provider', { provider: {} }, 'object.spec.provider has less than its minProperties'],
    [
      'two providers',
      { provider: { file: { path: '/a' }, vault: { server: 'https://vault', auth: {} } } },
      'object.spec.provider has more than its maxProperties',
    ],
    [
      'a server without a scheme',
      { provider: { vault: { server: 'vault:8200', auth: {} } } },
      'object.spec.provider.vault.server does not match ^https?://[^/]',
    ],
    [
      'no login',
      { provider: { vault: { server: 'https://vault' } } },
      'object.spec.provider.vault.auth is missing',
    ],
    [
      'a login without a role',
      { provider: { vault: { server: 'https://vault', auth: { kubernetes: {} } } } },
      'object.spec.provider.vault.auth.kubernetes.role is missing',
    ],
    [
      'a certificate that is not base64',
      { provider: { vault: { server: 'https://vault', auth: {}, caBundle: '-----BEGIN' } } },
      'object.spec.provider.vault.caBundle is not base64',
    ],
    [
      'an unknown version of the engine',
      { provider: { vault: { server: 'https://vault', auth: {}, version: 'v3' } } },
      'object.spec.provider.vault.version is none of v1, v2',
    ],
    ['aws without a region', { provider: { aws: {} } }, 'object.spec.provider.aws.region is missing'],
    [
      'an endpoint without a scheme',
      { provider: { aws: { region: 'eu-central-1', endpoints: { sts: 'sts.example' } } } },
      'object.spec.provider.aws.endpoints.sts does not match ^https?://[^/]',
    ],
    [
      'an unknown policy of tags',
      { provider: { aws: { region: 'eu-central-1', sessionTagsPolicy: 'All' } } },
      'object.spec.provider.aws.sessionTagsPolicy is none of None, Simple, Custom',
    ],
    [
      'Bitwarden without its ids',
      { provider: { bitwardensecretsmanager: { projectID: 'p', auth: { secretRef: {} } } } },
      [
        'object.spec.provider.bitwardensecretsmanager.organizationID is missing',
        'object.spec.provider.bitwardensecretsmanager.auth.secretRef.credentials is missing',
      ],
    ],
    [
      'a relative file',
      { provider: { file: { path: 'a' } } },
      'object.spec.provider.file.path does not match ^/',
    ],
  ])('refuses %s', (_name, spec, problem) => {
    expect(refusals(schema, store(kind, spec))).toEqual([problem].flat());
  });

  test('keeps what external-secrets has and Keyferry has not, for the webhook to tell by name', () => {
    const object = store(kind, {
      controller: 'other',
      retrySettings: { maxRetries: 3 },
      provider: {
        vault: {
          server: 'https://vault',
          caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt' },
          auth: { ldap: { path: 'ldap', username: 'u', secretRef: { name: 'id', key: 'id' } } },
        },
      },
    });
    expect(refusals(schema, object)).toEqual([]);
    const { problems, unusable, warnings } = readStore(object);
    expect(problems).toEqual([]);
    const places = [...unusable, ...warnings].map((text) => text.split(' ')[0]);
    expect(places.sort()).toEqual([
      'spec.controller',
      'spec.provider.vault.auth.ldap',
      'spec.provider.vault.caProvider',
      'spec.retrySettings',
    ]);
  });
});

test.each(kinds)('%s keeps what aws has and Keyferry does not read, for the webhook to say so', (kind) => {
  const object = store(kind, {
    provider: {
      aws: {
        service: 'ParameterStore',
        region: 'eu-central-1',
        secretsManager: { recoveryWindowInDays: 7 },
      },
    },
  });
  expect(refusals(schemaOf(kind), object)).toEqual([]);
  const { problems, unusable, warnings } = readStore(object);
  expect([...problems, ...unusable, ...warnings].map((text) => text.split(' ')[0])).toEqual([
    'spec.provider.aws.service',
    'spec.provider.aws.secretsManager',
  ]);
});

test('conditions belong to the ClusterSecretStore', () => {
  const object = store('ClusterSecretStore', { conditions, provider: providers['file'] });
  expect(refusals(schemaOf('ClusterSecretStore'), object)).toEqual([]);
  expect(readStore(object).problems).toEqual([]);
});

test('access and via are read as they are described', () => {
  const object = store('ClusterSecretStore', {
    access,
    via: 'broker',
    provider: providers['vault with the least'],
  });
  expect(refusals(schemaOf('ClusterSecretStore'), object)).toEqual([]);
  expect(readStore(object)).toMatchObject({ problems: [], store: { via: 'broker', access: [{}, {}] } });
  const own = store('SecretStore', {
    access: [access[0]],
    via: 'agent',
    provider: providers['vault with the least'],
  });
  expect(refusals(schemaOf('SecretStore'), own)).toEqual([]);
  expect(readStore(own)).toMatchObject({ problems: [], store: { via: 'agent', access: [{}] } });
});

test.each(kinds)('%s refuses rules that give nothing', (kind) => {
  const spec = { provider: providers['vault with the least'], access: [{ keys: [] }, { namespaces: [] }] };
  expect(refusals(schemaOf(kind), store(kind, spec))).toEqual([
    'object.spec.access[0].keys has less than its minItems',
    'object.spec.access[1].keys is missing',
    'object.spec.access[1].namespaces has less than its minItems',
  ]);
});

test('both kinds describe a provider in the same words', () => {
  const [one, other] = kinds.map((kind) => at(schemaOf(kind), 'properties.spec.properties.provider'));
  expect(one).toBeDefined();
  expect(one).toEqual(other);
});

test('every field of the schema is one that the webhook knows', () => {
  const described = walk(at(schemaOf('ClusterSecretStore'), 'properties.spec'))
    .map(([path]) => path)
    .filter((path) => /(^|\.)properties\.[a-zA-Z]+$/u.test(path))
    .map((path) =>
      path
        .split('.')
        .filter((part) => !['properties', 'items'].includes(part))
        .join('.'),
    );
  const examples = [
    ...Object.values(providers).map((provider) => ({ provider })),
    { conditions, access, via: 'broker' },
  ];
  const used = examples
    .flatMap((spec) => walk(spec))
    .map(([path]) =>
      path
        .split('.')
        .filter((part) => !/^\d+$/u.test(part))
        .join('.'),
    );
  expect(described.length).toBeGreaterThan(30);
  expect(described.filter((path) => !used.includes(path))).toEqual([]);
});

test('the check of structure finds what is wrong', () => {
  expect(
    structuralProblems({
      type: 'object',
      required: ['absent'],
      properties: { list: { type: 'array' }, untyped: { description: 'none' } },
    }),
  ).toEqual([
    'schema requires absent, which it does not describe',
    'schema.list has no items',
    'schema.untyped has no type',
  ]);
});
