import { timingSafeEqual } from 'node:crypto';
import { ok } from '../../../../lib/result.ts';
import { headerOf } from '../wire/http-request.ts';
import { refuseAtTheDoor } from '../wire/answer.ts';
import { readAuthorization, scopeProblem } from './authorization.ts';
import { signatureOf, timeOf, timestampOf } from './sigv4.ts';
import type { Result } from '../../../../lib/result.ts';
import type { Caller, Callers } from '../sessions.ts';
import type { Outcome, Service, ServiceError } from '../wire/answer.ts';
import type { RawRequest } from '../wire/http-request.ts';
import type { Authorization } from './authorization.ts';

/** How a service says why it lets nobody in. */
interface Words {
  readonly status: number;
  readonly missing: readonly [code: string, message: string];
  readonly incomplete: string;
  readonly unknownKey: string;
  readonly expired: string;
  readonly signature: string;
  /** Minutes that a signature may be old or ahead. */
  readonly minutes: number;
}

const words: Readonly<Record<Service, Words>> = {
  secretsmanager: {
    status: 400,
    missing: ['MissingAuthenticationTokenException', 'Missing Authentication Token'],
    incomplete: 'IncompleteSignatureException',
    unknownKey: 'UnrecognizedClientException',
    expired: 'ExpiredTokenException',
    signature: 'InvalidSignatureException',
    minutes: 5,
  },
  sts: {
    status: 403,
    missing: ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
    incomplete: 'IncompleteSignature',
    unknownKey: 'InvalidClientTokenId',
    expired: 'ExpiredToken',
    signature: 'SignatureDoesNotMatch',
    minutes: 15,
  },
};

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

export interface Door {
  readonly service: Service;
  readonly region: string;
  readonly callers: Callers;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Why a signature of this time is not taken now; undefined where it is. */
function timeProblem(timestamp: string, now: number, minutes: number): string | undefined {
  const time = timeOf(timestamp) ?? 0;
  const [earliest, latest] = [now - minutes * 60_000, now + minutes * 60_000];
  if (Math.ceil(time / 1000) < Math.floor(earliest / 1000))
    return `Signature expired: ${timestamp} is now earlier than ${timestampOf(earliest)} (${timestampOf(now)} - ${minutes} min.)`;
  if (Math.floor(time / 1000) > Math.floor(latest / 1000))
    return `Signature not yet current: ${timestamp} is still later than ${timestampOf(latest)} (${timestampOf(now)} + ${minutes} min.)`;
  return undefined;
}

function callerOf(authorization: Authorization, request: RawRequest, door: Door): Outcome<Caller> {
  const { status, unknownKey, expired } = words[door.service];
  const unknown = (): Result<never, ServiceError> =>
    refuseAtTheDoor(status, unknownKey, 'The security token included in the request is invalid.');
  const caller = door.callers.get(authorization.accessKeyId);
  if (caller === undefined) return unknown();
  if ((headerOf(request, 'x-amz-security-token') ?? '') !== (caller.session?.token ?? '')) return unknown();
  if (caller.session !== undefined && caller.session.expiresAt <= door.now)
    return refuseAtTheDoor(status, expired, 'The security token included in the request is expired');
  return ok(caller);
}

function signatureProblem(
  authorization: Authorization,
  request: RawRequest,
  caller: Caller,
  door: Door,
): string | undefined {
  const { signedHeaders, timestamp, scope, signature } = authorization;
  const { secretAccessKey } = caller;
  const expected = Buffer.from(signatureOf({ request, signedHeaders, timestamp, scope, secretAccessKey }));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return mismatch;
  return timeProblem(timestamp, door.now, words[door.service].minutes);
}

/** Headers that a signature has to cover: the host, and every `x-amz-` header that was sent. */
function unsignedHeader(request: RawRequest, signedHeaders: readonly string[]): string | undefined {
  if (!signedHeaders.includes('host'))
    return "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
  const sent = request.headers.map(([name]) => name.toLowerCase());
  const missing = sent.find((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
  return missing === undefined
    ? undefined
    : `'${missing}' must be a 'SignedHeader' in the AWS Authorization.`;
}

/**
 * Finds out who signed a request, and refuses it in the service's words where it was not signed as Signature Version 4 has it:
 * header, scope, key and session token, then the signature and its age.
 */
export function authenticate(request: RawRequest, door: Door): Outcome<Caller> {
  const { status, missing, incomplete, signature } = words[door.service];
  const authorization = readAuthorization(request);
  if (!authorization.ok) {
    if (authorization.error.kind === 'missing') return refuseAtTheDoor(status, ...missing);
    return refuseAtTheDoor(400, incomplete, authorization.error.message);
  }
  const { value } = authorization;
  const problem = unsignedHeader(request, value.signedHeaders) ?? scopeProblem(value, door);
  if (problem !== undefined) return refuseAtTheDoor(status, signature, problem);
  const caller = callerOf(value, request, door);
  if (!caller.ok) return caller;
  const wrong = signatureProblem(value, request, caller.value, door);
  return wrong === undefined ? caller : refuseAtTheDoor(status, signature, wrong);
}
