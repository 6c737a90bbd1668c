import { algorithm, signatureOf, timestampOf } from '../../../emulators/aws/signature/sigv4.ts';
import { callVault } from '../../../support/vault-client.ts';
import { region } from './fixture.ts';
import type { VaultReply } from '../../../support/vault-client.ts';
import type { Fixture, Keys } from './fixture.ts';

/** How a request differs from one that is right. */
export interface Deviation {
  readonly region?: string;
  readonly service?: string;
  readonly terminator?: string;
  /** The day in the scope, where it is not the signature's. */
  readonly day?: string;
  /** Milliseconds that the signature is ahead of the server's clock. */
  readonly ahead?: number;
  /** Sent in place of the body that was signed. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Header names; host, date, target, content type and token by default. */
  readonly signed?: readonly string[];
  /** Makes another `Authorization` header of the right one; undefined leaves it out. */
  readonly authorization?: (right: string) => string | undefined;
}

const body = JSON.stringify({ SecretId: 'nothing' });

interface Signed {
  readonly headers: Record<string, string>;
  /** The `Authorization` header that is right for them, but for what deviates. */
  readonly authorization: string;
}

function sign({ aws, clock }: Fixture, keys: Keys, deviation: Deviation): Signed {
  const { service = 'secretsmanager', terminator = 'aws4_request', ahead = 0 } = deviation;
  const timestamp = timestampOf(clock.now() + ahead);
  const headers: Record<string, string> = {
    host: new URL(aws.url).host,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-date': timestamp,
    'x-amz-target': 'secretsmanager.GetSecretValue',
    ...deviation.headers,
  };
  const signedHeaders = [...(deviation.signed ?? Object.keys(headers))].sort();
  const date = deviation.day ?? timestamp.slice(0, 8);
  const scope = { date, region: deviation.region ?? region, service };
  const request = {
    ...{ method: 'POST', path: '/', query: '', body: Buffer.from(body) },
    headers: Object.entries(headers),
  };
  const { accessKeyId, secretAccessKey } = keys;
  const signature = signatureOf({ request, signedHeaders, timestamp, scope, secretAccessKey });
  const credential = [accessKeyId, scope.date, scope.region, service, terminator].join('/');
  return {
    headers,
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
  };
}

/** Sends GetSecretValue for a secret that is not there, signed by hand. */
export async function sendSigned(
  fixture: Fixture,
  keys: Keys,
  deviation: Deviation = {},
): Promise<VaultReply> {
  const { headers, authorization: right } = sign(fixture, keys, deviation);
  const authorization = deviation.authorization === undefined ? right : deviation.authorization(right);
  return await callVault(fixture.aws, 'POST', '', {
    body: deviation.body ?? body,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
  });
}
