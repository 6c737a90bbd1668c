import { hash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import type { KubeConfig, RequestContext } from '@kubernetes/client-node';

type Dispatcher = ReturnType<RequestContext['getDispatcher']>;

const textOf = (part: unknown): unknown => (Buffer.isBuffer(part) ? part.toString('base64') : part);

/** Digest of what connections are made with: open ones stay of use as long as all of it is the same. */
const tlsDigest = ({ ca, cert, key, pfx, ...rest }: RequestOptions): string => {
  const { passphrase, rejectUnauthorized, servername } = rest;
  const parts = [ca, cert, key, pfx].map(textOf);
  return hash('sha256', JSON.stringify([...parts, passphrase, rejectUnauthorized, servername]));
};

/**
 * Gives requests the credentials of a configuration as they are at that moment: files are read again, plug-ins asked again. Left to itself the client
 * library (2.0.1) makes connections anew for every request; here they are kept until they would be made with something else.
 */
export class Credentials {
  readonly #config: KubeConfig;
  #kept: { readonly digest: string; readonly dispatcher: Dispatcher } | undefined;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  async apply(context: RequestContext): Promise<void> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const digest = tlsDigest(options);
    if (this.#kept?.digest !== digest) {
      await this.#config.applySecurityAuthentication(context);
      this.#kept = { digest, dispatcher: context.getDispatcher() };
      return;
    }
    const { headers = {}, auth } = options;
    for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, String(value));
    if (typeof auth === 'string')
      context.setHeaderParam('Authorization', `Basic ${Buffer.from(auth).toString('base64')}`);
    const { dispatcher } = this.#kept;
    if (dispatcher !== undefined) context.setDispatcher(dispatcher);
  }
}
