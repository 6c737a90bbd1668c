import { createHmac } from 'node:crypto';
import { canonicalRequest, sha256 } from './canonical-request.ts';
import type { RawRequest } from '../wire/http-request.ts';

export const algorithm = 'AWS4-HMAC-SHA256';
export const terminator = 'aws4_request';

/** What a signature is bound to. */
export interface Scope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export interface SigningInput {
  readonly request: RawRequest;
  /** In lower case, in their order. */
  readonly signedHeaders: readonly string[];
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  readonly scope: Scope;
  readonly secretAccessKey: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The key that is good for one day, region and service. */
export const signingKey = (secretAccessKey: string, { date, region, service }: Scope): Buffer =>
  [region, service, terminator].reduce(hmac, hmac(`AWS4${secretAccessKey}`, date));

/** The signature that a request has to have, in hex. */
export function signatureOf(input: SigningInput): string {
  const { request, signedHeaders, timestamp, scope, secretAccessKey } = input;
  const text = [
    algorithm,
    timestamp,
    [scope.date, scope.region, scope.service, terminator].join('/'),
    sha256(canonicalRequest(request, signedHeaders)),
  ].join('\n');
  return hmac(signingKey(secretAccessKey, scope), text).toString('hex');
}

/** A time as signatures spell it: `20150830T123600Z`. */
export const timestampOf = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '');

/** The milliseconds since the epoch of such a time; undefined for anything else. */
export function timeOf(timestamp: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(timestamp);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year!}-${month!}-${day!}T${hour!}:${minute!}:${second!}Z`);
  return Number.isNaN(time) ? undefined : time;
}
