import type { IncomingMessage } from 'node:http';
import type { User } from '../access/users.ts';
import type { Answer } from '../requests/answer.ts';
import { readBody } from '../requests/body.ts';
import type { Target } from '../requests/path.ts';
import { requestToken, type RequestParts } from './token-request.ts';
import { reviewToken } from './token-review.ts';
import { TokenVerifier } from './verify.ts';

const isReview = ({ group, version, plural, namespace, name }: Target): boolean =>
  group === 'authentication.k8s.io' &&
  version === 'v1' &&
  plural === 'tokenreviews' &&
  namespace === undefined &&
  name === undefined;

/** Whether a path is that of TokenRequests for one ServiceAccount. */
export const isTokenRequest = ({ group, version, plural, namespace, name, subresource }: Target): boolean =>
  group === '' &&
  version === 'v1' &&
  plural === 'serviceaccounts' &&
  namespace !== undefined &&
  name !== undefined &&
  subresource === 'token';

/** What a server with an issuer does with tokens: it makes them, reviews them, and takes its own. */
export class TokenApi {
  readonly #parts: RequestParts;
  readonly #verifier: TokenVerifier;

  constructor(parts: RequestParts) {
    this.#parts = parts;
    this.#verifier = new TokenVerifier(parts);
  }

  /** The user of a token for the API server itself. */
  async authenticate(token: string): Promise<User | undefined> {
    const verified = await this.#verifier.verify(token, []);
    return verified.kind === 'user' ? verified.user : undefined;
  }

  /** Answers a POST to one of its paths; undefined for every other path. Throws the StatusError that the client is to get. */
  async answer(target: Target, message: IncomingMessage): Promise<Answer | undefined> {
    const read = (): Promise<unknown> => readBody(message, ['application/json']);
    if (isReview(target)) return reviewToken(this.#verifier, await read());
    return isTokenRequest(target) ? requestToken(this.#parts, target, await read()) : undefined;
  }
}
