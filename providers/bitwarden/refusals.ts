import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { retryAfterMilliseconds } from '../http/retry-after.ts';
import type { Operation } from './routes.ts';

/** Who answered what. */
export interface Answered {
  readonly operation: Operation;
  /** `host:port`. */
  readonly server: string;
  readonly answer: HttpAnswer;
  /** Wall-clock time in milliseconds, which a date in `Retry-After` is compared with. */
  readonly now: number;
}

type Sentence = readonly [ProviderError['code'], string];

const loginRefused: Sentence = [
  'unauthenticated',
  "refused the machine account's access token: it is wrong, expired or revoked",
];

const meanings: Readonly<Record<Operation, ReadonlyMap<number, Sentence>>> = {
  login: new Map([
    [400, loginRefused],
    [401, loginRefused],
    [403, loginRefused],
    [404, ['invalid', 'has no identity service at this path: check identityURL']],
  ]),
  sync: new Map<number, Sentence>([
    [400, ['unavailable', 'did not accept the time of the last sync']],
    [401, ['unauthenticated', 'does not accept the login any more']],
    [403, ['denied', 'does not let the machine account read the organization']],
    [404, ['denied', 'has no such organization for this machine account: check organizationID and apiURL']],
  ]),
  read: new Map<number, Sentence>([
    [401, ['unauthenticated', 'does not accept the login any more']],
    [403, ['denied', 'does not let the machine account read the secret']],
    [404, ['not_found', 'has no such secret for this machine account']],
  ]),
};

/** What a status means for what was asked; undefined: it is an answer. Nothing of the body is taken over. */
export const refusalOf = ({ operation, server, answer, now }: Answered): ProviderError | undefined => {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return undefined;
  const wait = retryAfterMilliseconds(headers['retry-after'], now);
  if (status === 429) return providerError('throttled', `${server} is asked too often (HTTP 429)`, wait);
  const [code, text] = meanings[operation].get(status) ?? ['unavailable', 'failed'];
  return providerError(code, `${server} ${text} (HTTP ${status})`, code === 'unavailable' ? wait : undefined);
};
