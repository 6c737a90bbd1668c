import { describe, expect, test } from '@jest/globals';
import { readStore, type ReadStore } from '../../../../lib/stores/store.ts';

const place = 'spec.provider.aws';

const read = (auth: object): ReadStore =>
  readStore({
    kind: 'SecretStore',
    metadata: { name: 's', namespace: 'n' },
    spec: { provider: { aws: { region: 'eu-central-1', auth } } },
  });

describe('a key that the broker keeps', () => {
  const id = { name: 'aws', key: 'id' };
  const secret = { name: 'aws', key: 'secret' };
  const token = { name: 'aws', key: 'token' };
  const whole = { accessKeyIDSecretRef: id, secretAccessKeySecretRef: secret };

  test.each([
    [whole, { accessKeyId: id, secretAccessKey: secret }],
    [
      { ...whole, sessionTokenSecretRef: token },
      { accessKeyId: id, secretAccessKey: secret, sessionToken: token },
    ],
    [
      { accessKeyID: id, secretAccessKey: secret },
      { accessKeyId: id, secretAccessKey: secret },
    ],
  ])('%j', (secretRef, accessKey) => {
    const provider = read({ secretRef }).store?.provider;
    expect(provider?.type === 'aws' && provider.accessKey).toEqual(accessKey);
  });

  test('older spellings are told', () => {
    expect(read({ secretRef: { accessKeyID: id, secretAccessKey: secret } }).warnings).toEqual([
      `${place}.auth.secretRef.accessKeyID is an older spelling of accessKeyIDSecretRef`,
      `${place}.auth.secretRef.secretAccessKey is an older spelling of secretAccessKeySecretRef`,
    ]);
  });

  test.each([
    [
      { secretRef: {} },
      ['secretRef.accessKeyIDSecretRef is missing', 'secretRef.secretAccessKeySecretRef is missing'],
    ],
    [{ secretRef: whole, jwt: {} }, ['jwt stands beside secretRef; a store logs in one way']],
    [
      { secretRef: { ...whole, accessKeyID: id } },
      ['secretRef.accessKeyID stands beside accessKeyIDSecretRef; keep that'],
    ],
    [{ secretRef: { ...whole, sessionToken: token } }, ['secretRef.sessionToken is not a known field']],
    [
      { secretRef: { ...whole, accessKeyIDSecretRef: { name: 'A', key: '.' } } },
      [
        'secretRef.accessKeyIDSecretRef.name is "A"; names of credentials are DNS-1123 subdomains',
        'secretRef.accessKeyIDSecretRef.key is "."; keys of credentials are letters, digits, ".", "_" and "-", not "." or ".." alone',
      ],
    ],
  ])('%j is wrong', (auth, problems) => {
    expect(read(auth).problems).toEqual(problems.map((text) => `${place}.auth.${text}`));
  });
});
