import process from 'node:process';
import { BitwardenClient } from '@bitwarden/sdk-napi';
import type { SdkAnswer, SdkCall, SdkRequest } from './sdk.ts';

/**
 * A process with Bitwarden's own client. It trusts what SSL_CERT_FILE in its environment names, which is why it is a process of
 * its own: tests cannot change the environment that native code sees.
 */
const clients = new Map<number, BitwardenClient>();

const dateOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);

const run = async (client: BitwardenClient, [name, ...values]: SdkCall): Promise<unknown> => {
  const [first = '', second] = values;
  switch (name) {
    case 'login':
      await client.auth().loginAccessToken(first);
      return null;
    case 'get':
      return await client.secrets().get(first);
    case 'getByIds':
      return await client.secrets().getByIds(values);
    case 'list':
      return await client.secrets().list(first);
    case 'sync':
      return await client.secrets().sync(first, dateOf(second));
    case 'project':
      return await client.projects().get(first);
    case 'projects':
      return await client.projects().list(first);
  }
};

const answer = async ({ id, client, apiUrl, identityUrl, call }: SdkRequest): Promise<SdkAnswer> => {
  const known = clients.get(client) ?? new BitwardenClient({ apiUrl, identityUrl });
  clients.set(client, known);
  try {
    return { id, value: await run(known, call) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
};

process.on('message', (request: SdkRequest) => {
  void answer(request).then((said) => process.send?.(said));
});
