import type { AwsAccessKeyAuth, AwsConnection } from '../../lib/connections/connection.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { CredentialRef } from '../../lib/stores/credential.ts';
import { quoted } from '../../lib/text.ts';
import type { ProviderContext } from '../provider.ts';
import type { Identified, LoginOutcome, Sts } from './assume-role.ts';
import type { AwsKeys } from './credentials.ts';
import { chained } from './login.ts';

/** An account that is opened with a key that the broker keeps. */
export interface KeptAws extends AwsConnection {
  readonly auth: AwsAccessKeyAuth;
}

export interface KeptLoginOptions {
  readonly store: KeptAws;
  readonly sts: Sts;
  readonly context: Pick<ProviderContext, 'clock' | 'readCredential'>;
  /** Base URLs of everything that is asked with the key. */
  readonly servers: readonly string[];
}

/** How long what was read counts, so that a key that was replaced is used soon, also where nobody says so. */
const keyLife = 10 * 60_000;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html */
const isKeyId = (text: string): boolean => /^\w{16,128}$/.test(text);

const readAll = async (
  refs: readonly CredentialRef[],
  { context, servers }: KeptLoginOptions,
): Promise<Result<readonly string[], ProviderError>> => {
  if (context.readCredential === undefined)
    return err(providerError('invalid', 'credentials are kept by the broker alone'));
  const texts: string[] = [];
  for (const ref of refs) {
    const text = await context.readCredential(ref, servers);
    if (!text.ok) return text;
    texts.push(text.value.reveal().trim());
  }
  return ok(texts);
};

const readKeys = async (options: KeptLoginOptions): Promise<Result<Redacted<AwsKeys>, ProviderError>> => {
  const { accessKeyId: idRef, secretAccessKey: secretRef, sessionToken: tokenRef } = options.store.auth;
  const texts = await readAll([idRef, secretRef, ...(tokenRef === undefined ? [] : [tokenRef])], options);
  if (!texts.ok) return texts;
  const [accessKeyId = '', secretAccessKey = '', sessionToken] = texts.value;
  if (!isKeyId(accessKeyId))
    return err(
      providerError(
        'invalid',
        `what the credential ${quoted(`${idRef.name}/${idRef.key}`)} has is no access key id of AWS: 16 to 128 letters and digits`,
      ),
    );
  return ok(
    new Redacted({ accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }),
  );
};

/** Logs in with a key that the broker keeps, read anew each time: the first identity of the store's way to its last role. */
export const logInWithKey = async (options: KeptLoginOptions): Promise<LoginOutcome> => {
  const { store, sts, context } = options;
  const keys = await readKeys(options);
  if (!keys.ok) return keys;
  const credentials = { keys: keys.value, expiresAt: context.clock.now() + keyLife, fullLife: keyLife };
  const { name } = store.auth.accessKeyId;
  const first: Identified = { name: `the access key of the credential ${quoted(name)}`, credentials };
  return chained(sts, ok(first), store.auth.roles);
};
