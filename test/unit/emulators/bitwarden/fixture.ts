import { afterAll, afterEach } from '@jest/globals';
import { startBitwardenServer } from '../../../emulators/bitwarden/server.ts';
import { makeServerCertificate } from '../../../emulators/shared/certificate.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { callVault } from '../../../support/vault-client.ts';
import { SdkProcess } from './sdk.ts';
import type { BitwardenServer, BitwardenServerOptions } from '../../../emulators/bitwarden/server.ts';
import type { BitwardenSetup } from '../../../emulators/bitwarden/setup.ts';
import type { VaultReply } from '../../../support/vault-client.ts';
import type { Sdk } from './sdk.ts';

export const ids = {
  organization: '3c2d8f0a-1b5e-4d7c-9a41-0e6b52f7d810',
  payments: '5b0e7c44-9d12-4f6a-8c3e-77a1d0b9e215',
  other: 'a91f3d62-4c8b-4e05-b7d9-12c6e8f4a037',
  feed: 'd4a6b8c2-0e13-4f57-8b91-6c2e4a7d9f08',
  hidden: 'f27c51e8-6a9d-4b34-a0c7-95d8e1b3f642',
} as const;

/** A payments team with a machine account that sees its project, and a project that it does not see. */
export const payments: BitwardenSetup = {
  organizationId: ids.organization,
  projects: { payments: { id: ids.payments }, other: { id: ids.other } },
  secrets: [
    { id: ids.feed, key: 'fraud-feed', value: 'first', note: 'of the bureau', project: 'payments' },
    { id: ids.hidden, key: 'pager', value: 'not for payments', project: 'other' },
  ],
  machineAccounts: { broker: { projects: ['payments'] } },
};

/** The middle of what the API says where something is not there. */
export const notFoundText =
  'Received error message from server: [404 Not Found] {"message":"Resource not found.","validationErrors":null,' +
  '"exceptionMessage":null,"exceptionStackTrace":null,"innerExceptionMessage":null,"object":"error"}';

export interface Fixture {
  readonly clock: ManualClock;
  readonly bitwarden: BitwardenServer;
  /** The account's client, logged in. */
  readonly sdk: Sdk;
}

// Making keys and processes takes longer than everything else here.
export const certificate = await makeServerCertificate(['localhost', '127.0.0.1'], Date.now());
export const sdkProcess = new SdkProcess(certificate.ca);
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

afterAll(() => {
  sdkProcess.close();
});

/** Starts a Bitwarden that ends with the test; nobody is logged in. */
export async function startServer(
  options: BitwardenServerOptions = {},
): Promise<{ readonly clock: ManualClock; readonly bitwarden: BitwardenServer }> {
  const clock = new ManualClock();
  const bitwarden = await startBitwardenServer({ clock, setup: payments, certificate, ...options });
  closers.push(() => bitwarden.close());
  return { clock, bitwarden };
}

/** The same with a client that is logged in; the login is not in the request log. */
export async function startFixture(options: BitwardenServerOptions = {}): Promise<Fixture> {
  const started = await startServer(options);
  const sdk = sdkProcess.client(started.bitwarden);
  await sdk('login', started.bitwarden.accessToken('broker'));
  started.bitwarden.requests.clear();
  return { ...started, sdk };
}

export interface TokenForm {
  readonly [field: string]: string;
}

/** The fields that the client sends to log in. */
export function formOf(accessToken: string): TokenForm {
  const [, clientId = '', secret = ''] = /^0\.([^.]+)\.([^:]+):/.exec(accessToken) ?? [];
  return {
    ...{ scope: 'api.secrets', client_id: clientId, client_secret: secret },
    grant_type: 'client_credentials',
  };
}

/** Logs in without the SDK. */
export const sendForm = (bitwarden: BitwardenServer, form: TokenForm): Promise<VaultReply> =>
  callVault(bitwarden, 'POST', 'identity/connect/token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });

/** A bearer token of the account. */
export async function bearerOf(bitwarden: BitwardenServer): Promise<string> {
  const { body } = await sendForm(bitwarden, formOf(bitwarden.accessToken('broker')));
  return String(body?.['access_token']);
}

/** Asks the API without the SDK. */
export const ask = (
  bitwarden: BitwardenServer,
  bearer: string,
  path: string,
  post?: unknown,
): Promise<VaultReply> =>
  callVault(bitwarden, post === undefined ? 'GET' : 'POST', `api/${path}`, {
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(post === undefined ? {} : { body: post }),
  });
