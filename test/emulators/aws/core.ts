import { randomUUID } from 'node:crypto';
import { err } from '../../../lib/result.ts';
import { Access } from './iam/access.ts';
import { Roles } from './iam/role.ts';
import { SecretStore } from './secrets/secret-store.ts';
import { bodyOf, handleSecrets, targetOf } from './secrets/service.ts';
import { Callers } from './sessions.ts';
import { formOf, handleSts } from './sts/sts.ts';
import { Throttle } from './throttle.ts';
import { jsonError, jsonResult } from './wire/json-protocol.ts';
import { queryError, queryResult } from './wire/query-protocol.ts';
import { headerOf } from './wire/http-request.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { WholeAnswer } from '../shared/whole-answer.ts';
import type { Caller } from './sessions.ts';
import type { OidcProvider } from './sts/web-identity.ts';
import type { Limit } from './throttle.ts';
import type { Outcome, Service, ServiceError } from './wire/answer.ts';
import type { RawRequest } from './wire/http-request.ts';

export interface CoreOptions {
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly providers: readonly OidcProvider[];
  readonly limits: Readonly<Record<string, Limit>>;
}

/** What a request is for, as far as that can be seen before it is judged. */
export interface Purpose {
  readonly service: Service;
  readonly operation: string;
  /** The secret's id or the role's ARN as it was sent; of several all, with commas between them. */
  readonly resource: string;
}

/** Somebody's answer, with what the log wants to know. */
export interface Handled {
  readonly answer: WholeAnswer;
  readonly code: string;
  readonly caller: Caller | undefined;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a request is for: JSON with a target for Secrets Manager, a form for STS. */
export function purposeOf(request: RawRequest): Purpose {
  if (headerOf(request, 'x-amz-target') !== undefined) {
    const body = bodyOf(request) ?? {};
    const list = Array.isArray(body['SecretIdList']) ? (body['SecretIdList'] as unknown[]) : [];
    const resource = textOf(body['SecretId'] ?? body['Name']) || list.map(textOf).join(',');
    return { service: 'secretsmanager', operation: targetOf(request), resource };
  }
  const form = formOf(request);
  return { service: 'sts', operation: form.get('Action') ?? '', resource: form.get('RoleArn') ?? '' };
}

export const throttlingCodes: Readonly<Record<Service, string>> = {
  secretsmanager: 'ThrottlingException',
  sts: 'Throttling',
};

/** The parts of AWS that are here, without a network. */
export class AwsCore {
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly roles: Roles;
  readonly callers: Callers;
  readonly access: Access;
  readonly store: SecretStore;
  readonly throttle: Throttle;
  readonly #providers: readonly OidcProvider[];

  constructor({ clock, account, region, providers, limits }: CoreOptions) {
    this.clock = clock;
    this.account = account;
    this.region = region;
    this.roles = new Roles(account);
    this.callers = new Callers(clock);
    this.access = new Access(this.roles, region);
    this.store = new SecretStore(clock, region);
    this.throttle = new Throttle(clock, limits);
    this.#providers = providers;
  }

  /** An error in the words of a service's protocol. */
  render(service: Service, requestId: string, error: ServiceError): WholeAnswer {
    return service === 'sts' ? queryError(requestId, error) : jsonError(requestId, error);
  }

  /** Judges and answers a request. */
  async handle(request: RawRequest, purpose: Purpose, requestId: string = randomUUID()): Promise<Handled> {
    const { service, operation } = purpose;
    let caller: Caller | undefined;
    const seen = (somebody: Caller): void => {
      caller = somebody;
    };
    const outcome = this.throttle.take(operation)
      ? await this.#answer(request, purpose, { requestId, seen })
      : err({ status: 400, code: throttlingCodes[service], message: 'Rate exceeded', atTheDoor: true });
    if (outcome.ok) return { answer: outcome.value, code: '', caller };
    return { answer: this.render(service, requestId, outcome.error), code: outcome.error.code, caller };
  }

  async #answer(
    request: RawRequest,
    { service, operation }: Purpose,
    { requestId, seen }: { readonly requestId: string; readonly seen: (caller: Caller) => void },
  ): Promise<Outcome<WholeAnswer>> {
    if (service === 'secretsmanager') {
      const result = handleSecrets(request, this, seen);
      return result.ok ? { ok: true, value: jsonResult(requestId, result.value) } : result;
    }
    const result = await handleSts(request, { ...this.#stsParts(), providers: this.#providers }, seen);
    return result.ok ? { ok: true, value: queryResult(requestId, operation, result.value) } : result;
  }

  #stsParts() {
    const { clock, account, region, roles, callers, access } = this;
    return { clock, account, region, roles, callers, access };
  }
}
