import type * as Sdk from '@bitwarden/sdk-napi';
import type { SdkCommand, SdkFailure, SdkReplies, SecretName, SecretWithValue } from './messages.ts';

/** A command that failed. It carries nothing of what the SDK said. */
export class SdkError extends Error {
  override readonly name = 'SdkError';
  readonly failure: SdkFailure;

  constructor(failure: SdkFailure) {
    super(failure);
    this.failure = failure;
  }
}

/** The beginnings of the SDK's own sentences, the only thing that tells its failures apart. */
const beginnings: readonly (readonly [string, SdkFailure])[] = [
  ['Access token is not in a valid format', 'token'],
  ['Cryptography error', 'crypto'],
  ['The decryption', 'crypto'],
];

const failureOf = (thrown: unknown): SdkFailure => {
  const text = thrown instanceof Error ? thrown.message : '';
  return beginnings.find(([beginning]) => text.startsWith(beginning))?.[1] ?? 'failed';
};

const load = async (): Promise<typeof Sdk> => {
  try {
    return await import('@bitwarden/sdk-napi');
  } catch {
    throw new SdkError('absent');
  }
};

const toName = ({ id, key, projectId, revisionDate }: Sdk.SecretResponse): SecretName => ({
  id: id.toLowerCase(),
  name: key,
  revision: revisionDate.toISOString(),
  ...(typeof projectId === 'string' ? { projectId: projectId.toLowerCase() } : {}),
});

const withValue = (secret: Sdk.SecretResponse): SecretWithValue => ({
  ...toName(secret),
  value: secret.value,
});

/** One login and what it may read. */
export class Commands {
  #client: Sdk.BitwardenClient | undefined;

  async run(command: SdkCommand): Promise<SdkReplies[keyof SdkReplies]> {
    if (command.kind === 'login') return this.#logIn(command);
    const client = this.#client;
    if (client === undefined) throw new SdkError('failed');
    return this.#ask(async () => {
      if (command.kind === 'read') {
        const [id = '', ...others] = command.ids;
        if (others.length === 0) return [withValue(await client.secrets().get(id))];
        const { data } = await client.secrets().getByIds([...command.ids]);
        return data.map(withValue);
      }
      const since = command.since === undefined ? undefined : new Date(command.since);
      const { hasChanges, secrets } = await client.secrets().sync(command.organizationId, since);
      return hasChanges ? (secrets ?? []).map(toName) : null;
    });
  }

  async #logIn({ apiUrl, identityUrl, accessToken }: Extract<SdkCommand, { kind: 'login' }>): Promise<null> {
    const sdk = await load();
    const client = new sdk.BitwardenClient({ apiUrl, identityUrl, userAgent: 'keyferry' });
    return this.#ask(async () => {
      await client.auth().loginAccessToken(accessToken);
      this.#client = client;
      return null;
    });
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw new SdkError(failureOf(thrown));
    }
  }
}
