import { startBitwardenServer } from '../test/emulators/bitwarden/server.ts';
import type { Upstream } from './upstream.ts';

/** Of docs/examples/payments/store.yaml. */
const organizationId = '4f1f7a52-6f0a-4d3c-9c9e-0c8f5a3b7d21';
const projectId = '9b2d8c64-1f35-4c8a-8f53-7a1f0e6d4b90';
const secretName = 'payments-smtp-password';

/** An organisation of Bitwarden, and the token that its machine account logs in with. */
export interface PaymentsBitwarden extends Upstream {
  readonly accessToken: string;
  /** Base URLs that the token may be sent to. */
  readonly servers: readonly string[];
}

/** The payments team's Bitwarden: a project with one password in it, and a machine account that may read that project. */
export const startPaymentsBitwarden = async (password: string): Promise<PaymentsBitwarden> => {
  const bitwarden = await startBitwardenServer({
    setup: {
      organizationId,
      projects: { payments: { id: projectId } },
      secrets: [{ key: secretName, value: password, project: 'payments' }],
      machineAccounts: { broker: { projects: ['payments'] } },
    },
  });
  const { apiUrl, identityUrl } = bitwarden;
  return {
    title: 'Bitwarden',
    provider: 'bitwardensecretsmanager',
    url: bitwarden.url,
    holds: "the mail server's password",
    rotates: "the mail server's password in Bitwarden",
    address: {
      apiURL: apiUrl,
      identityURL: identityUrl,
      caBundle: Buffer.from(bitwarden.caPem).toString('base64'),
    },
    accessToken: bitwarden.accessToken('broker'),
    servers: [apiUrl, identityUrl],
    rotate: (secret) => {
      bitwarden.rotate(secretName, secret);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => bitwarden.close(),
  };
};
