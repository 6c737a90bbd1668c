import { describe, expect, test } from '@jest/globals';
import { readStore, type ReadStore } from '../../../../lib/stores/store.ts';
import { everyProvider } from './every-field.ts';

const place = 'spec.provider.bitwardensecretsmanager';
const { bitwardenServerSDKURL, caProvider, ...rest } = everyProvider.bitwardensecretsmanager;
const plain = { ...rest, auth: { secretRef: { credentials: { name: 'kept', key: 'token' } } } };

const read = (fields: object): ReadStore =>
  readStore({
    kind: 'ClusterSecretStore',
    metadata: { name: 's' },
    spec: { provider: { bitwardensecretsmanager: fields } },
  });

describe('Bitwarden Secrets Manager', () => {
  test('a store with every field but those of an SDK server', () => {
    expect(read(plain)).toMatchObject({
      problems: [],
      unusable: [],
      warnings: [],
      store: {
        provider: {
          type: 'bitwardensecretsmanager',
          apiUrl: 'https://api.bitwarden.com',
          identityUrl: 'https://identity.bitwarden.com',
          organizationId: '0c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e',
          projectId: '1c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e',
          caBundle: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
          token: { name: 'kept', key: 'token' },
        },
      },
    });
  });

  test("servers are those of Bitwarden's cloud unless they are given", () => {
    const { apiURL, identityURL, caBundle, ...least } = plain;
    const provider = read(least).store?.provider;
    expect(provider).toMatchObject({ apiUrl: apiURL, identityUrl: identityURL });
    expect(provider).not.toHaveProperty('caBundle', caBundle);
  });

  test("servers may have a path, as those of a Bitwarden of one's own do", () => {
    const servers = {
      apiURL: 'https://Bitwarden.example/api/',
      identityURL: 'https://bitwarden.example/identity',
    };
    expect(read({ ...plain, ...servers }).store?.provider).toMatchObject({
      apiUrl: 'https://bitwarden.example/api',
      identityUrl: 'https://bitwarden.example/identity',
    });
  });

  test.each([
    ['apiURL', 'identityURL'],
    ['identityURL', 'apiURL'],
  ] as const)('%s of another server never goes with the default of %s', (given, missing) => {
    const fields = { ...plain, [given]: 'https://bitwarden.example', [missing]: undefined };
    expect(read(fields)).toEqual({
      problems: [],
      unusable: [
        `${place}.${missing} is missing, and ${given} is not that of Bitwarden's cloud; give both or neither`,
      ],
      warnings: [],
    });
    expect(read({ ...plain, [missing]: undefined }).store).toBeDefined();
  });

  test('what belongs to an SDK server has no effect, and is told', () => {
    const noEffect =
      'has no effect: it is for the server of bitwardenServerSDKURL; leave that out to have it for Bitwarden itself';
    const { warnings, problems, unusable, store } = read({ ...plain, bitwardenServerSDKURL, caProvider });
    expect({ warnings, problems, unusable }).toEqual({
      problems: [],
      unusable: [],
      warnings: [
        `${place}.bitwardenServerSDKURL is not needed: Keyferry reads Bitwarden itself`,
        `${place}.caBundle ${noEffect}`,
        `${place}.caProvider ${noEffect}`,
      ],
    });
    expect(store?.provider).not.toHaveProperty('caBundle');
  });

  test('a caProvider is read by nobody', () => {
    expect(read({ ...plain, caBundle: undefined, caProvider }).unusable).toEqual([
      `${place}.caProvider reads a Secret or ConfigMap, which Keyferry does not; put the PEM's base64 into caBundle`,
    ]);
    expect(read({ ...plain, caProvider }).warnings).toEqual([
      `${place}.caProvider has no effect: caBundle is there`,
    ]);
  });

  test('an id that is none is no reason to refuse the store itself', () => {
    expect(read({ ...plain, organizationID: '<ID>', projectID: 'payments' })).toEqual({
      problems: [],
      unusable: [
        `${place}.organizationID is "<ID>"; ids of Bitwarden are UUIDs`,
        `${place}.projectID is "payments"; ids of Bitwarden are UUIDs`,
      ],
      warnings: [],
    });
  });

  test('what is missing or wrong is told at once', () => {
    expect(read({ apiURL: 'vault', auth: { secretRef: {} }, organisationID: 'x' }).problems).toEqual([
      `${place}.apiURL is "vault"; give a URL like https://api.bitwarden.com`,
      `${place}.organizationID is missing`,
      `${place}.projectID is missing`,
      `${place}.auth.secretRef.credentials is missing`,
      `${place}.organisationID is not a known field; did you mean organizationID?`,
    ]);
    expect(read({ ...plain, auth: undefined }).problems).toEqual([`${place}.auth is missing`]);
    expect(read({ ...plain, auth: {} }).problems).toEqual([`${place}.auth.secretRef is missing`]);
  });
});
