import { answerApi } from './api/api.ts';
import { findRoute } from './api/routes.ts';
import { login } from './identity/login.ts';
import { slowDown } from './wire/answer.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { OperationName } from './api/routes.ts';
import type { Sessions } from './identity/sessions.ts';
import type { Organization } from './organization/organization.ts';
import type { RateLimit } from './rate-limit.ts';
import type { ApiAnswer } from './wire/answer.ts';
import type { RawRequest } from './wire/request.ts';

export interface CoreParts {
  readonly clock: Clock;
  readonly organization: Organization;
  /** What clients encrypt with. A real server never has it; here it lets set-ups be in plain text. */
  readonly organizationKey: Buffer;
  readonly sessions: Sessions;
  readonly rateLimit: RateLimit;
}

/** Somebody's answer, with what the log wants to know. */
export interface Handled {
  readonly answer: ApiAnswer;
  /** The machine account's id, empty for nobody. */
  readonly account: string;
}

const loginPath = 'connect/token';

/** What a request is for; undefined where no server has it. */
export function operationOf({ method, path }: RawRequest): OperationName | undefined {
  if (path === loginPath) return method === 'POST' ? 'login' : undefined;
  const found = findRoute(method, path);
  return 'route' in found ? found.route.name : undefined;
}

/** Bitwarden's identity server and its API for one organisation, without a network. */
export class BitwardenCore {
  readonly clock: Clock;
  readonly organization: Organization;
  readonly organizationKey: Buffer;
  readonly sessions: Sessions;
  readonly rateLimit: RateLimit;

  constructor(parts: CoreParts) {
    this.clock = parts.clock;
    this.organization = parts.organization;
    this.organizationKey = parts.organizationKey;
    this.sessions = parts.sessions;
    this.rateLimit = parts.rateLimit;
  }

  /** Judges and answers a request. */
  async handle(request: RawRequest): Promise<Handled> {
    const { method, path } = request;
    const taken = this.rateLimit.take(method, path);
    if (!taken.ok)
      return { answer: slowDown(taken.error.period, taken.error.retryAfterSeconds), account: '' };
    let account = '';
    const seen = (id: string): void => {
      account = id;
    };
    return { answer: await this.#answer(request, seen), account };
  }

  async #answer(request: RawRequest, seen: (accountId: string) => void): Promise<ApiAnswer> {
    const { method, path } = request;
    if (path !== loginPath) return await answerApi(this, request, findRoute(method, path), seen);
    if (method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
    return await login(this, request, seen);
  }
}
