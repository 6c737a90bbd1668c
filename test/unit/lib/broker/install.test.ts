import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBrokerInstall } from '../../../../lib/broker/install.ts';

const problems = (text: string): readonly string[] => {
  const parsed = parseBrokerInstall(text);
  return parsed.ok ? [] : parsed.error;
};

const credential = (fields: string): string => `credentials: [{ ${fields} }]`;
const servers = "servers: ['https://vault.example:8200']";

describe("the broker's file", () => {
  test('says what the broker may use', () => {
    const text = `
credentials:
  - name: vault.approle
    servers: ['https://vault.example:8200', 'https://*.vault.example/v1/*/']
  - { name: bitwarden, namespace: payments, servers: [http://localhost:8080], ref: 'platform://bitwarden/token#value' }
serviceAccounts:
  - { namespace: payments, name: secrets-reader }
`;
    expect(parseBrokerInstall(text)).toEqual({
      ok: true,
      value: {
        credentials: [
          {
            name: 'vault.approle',
            servers: ['https://vault.example:8200', 'https://*.vault.example/v1/*/'],
          },
          {
            name: 'bitwarden',
            namespace: 'payments',
            servers: ['http://localhost:8080'],
            ref: 'platform://bitwarden/token#value',
          },
        ],
        serviceAccounts: [{ namespace: 'payments', name: 'secrets-reader' }],
      },
    });
  });

  test.each(['', '# nothing yet\n', '{}', 'null', 'credentials: []'])('may name nothing: %j', (text) => {
    expect(parseBrokerInstall(text)).toEqual({ ok: true, value: { credentials: [], serviceAccounts: [] } });
  });

  test.each([
    ['[]', ['broker must be an object']],
    [
      'a: [',
      [
        'Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 5',
      ],
    ],
    ['a: 1\na: 2', ['Map keys must be unique at line 2, column 1']],
    ['credential: []', ['broker.credential is not a known field; did you mean credentials?']],
    ['credentials: {}', ['broker.credentials must be a list']],
    [
      credential(''),
      [
        'broker.credentials[0].name is missing',
        'broker.credentials[0].servers is missing: where may it be sent to?',
      ],
    ],
    [
      credential(`name: ../etc, namespace: A, ${servers}`),
      [
        'broker.credentials[0].name is "../etc"; it takes lower case letters, digits, "-" and "."',
        'broker.credentials[0].namespace is "A"; it takes lower case letters, digits, "-" and "."',
      ],
    ],
    [
      credential(
        'name: a, servers: [vault.example, "https://Vault.example", "https://*", "https://*:*/v1", "https://u@vault.example"]',
      ),
      [
        'broker.credentials[0].servers[0] is "vault.example"; give a base URL like https://vault.example:8200',
        'broker.credentials[0].servers[1] is "https://Vault.example"; write the host in lower case, as stores are compared with it',
        'broker.credentials[0].servers[2] is "https://*"; a credential that may go to every host could be sent to anybody',
        'broker.credentials[0].servers[3] is "https://*:*/v1"; a credential that may go to every host could be sent to anybody',
        'broker.credentials[0].servers[4] is "https://u@vault.example"; give a base URL like https://vault.example:8200',
      ],
    ],
    [
      credential(`name: a, ${servers}, ref: key`),
      ['broker.credentials[0].ref is "key", which names no store; write <ClusterSecretStore>://<key>'],
    ],
    [
      credential(`name: a, ${servers}, ref: 's://key?optional=true'`),
      ['broker.credentials[0].ref cannot be optional: a credential is there, or it is not'],
    ],
    [
      `credentials: [{ name: a, ${servers} }, { name: a, namespace: b, ${servers} }, { name: a, ${servers} }]`,
      ['broker.credentials[2] is broker.credentials[0] once more'],
    ],
    [
      'serviceAccounts: [{ name: a }, { namespace: b, name: c, audience: d }, { namespace: b, name: c }]',
      [
        'broker.serviceAccounts[0].namespace is missing',
        'broker.serviceAccounts[1].audience is not a known field',
        'broker.serviceAccounts[2] is broker.serviceAccounts[1] once more',
      ],
    ],
  ])('with mistakes, all at once: %s', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  test('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseBrokerInstall(text);
        expect(parsed.ok || parsed.error.length > 0).toBe(true);
      }),
    );
  });
});
