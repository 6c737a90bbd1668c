import { err, ok } from '../../../../lib/result.ts';
import { headerOf } from '../wire/http-request.ts';
import { algorithm, terminator, timeOf, timestampOf } from './sigv4.ts';
import type { Result } from '../../../../lib/result.ts';
import type { RawRequest } from '../wire/http-request.ts';
import type { Scope } from './sigv4.ts';

/** What an `Authorization` header says. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: Scope & { readonly terminator: string };
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
}

/** A header that cannot be read, or one that is not there at all. */
export type AuthorizationProblem = { readonly kind: 'missing' | 'incomplete'; readonly message: string };

const incomplete = (message: string): Result<never, AuthorizationProblem> =>
  err({ kind: 'incomplete', message });

/** `X-Amz-Date`, else `Date`, as a signature spells it. */
function timestampOfRequest(request: RawRequest): string | undefined {
  const date = headerOf(request, 'x-amz-date') ?? headerOf(request, 'date');
  if (date === undefined || timeOf(date) !== undefined) return date;
  const time = Date.parse(date);
  return Number.isNaN(time) ? date : timestampOf(time);
}

function missingParts(parts: ReadonlyMap<string, string>, timestamp: string | undefined): string[] {
  const sentences = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => (parts.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (timestamp === undefined)
    sentences.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  return sentences;
}

/** The parameters behind the algorithm's name. */
const partsOf = (header: string): ReadonlyMap<string, string> =>
  new Map(
    header
      .slice(algorithm.length + 1)
      .split(',')
      .map((part) => {
        const [name = '', ...value] = part.trim().split('=');
        return [name, value.join('=')] as const;
      }),
  );

function readParts(
  parts: ReadonlyMap<string, string>,
  timestamp: string,
): Result<Authorization, AuthorizationProblem> {
  const part = (name: string): string => parts.get(name) ?? '';
  const elements = part('Credential').split('/');
  if (elements.length !== 5)
    return incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${part('Credential')}'`,
    );
  if (timeOf(timestamp) === undefined)
    return incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  const [accessKeyId, date, region, service, end] = elements as [string, string, string, string, string];
  return ok({
    accessKeyId,
    scope: { date, region, service, terminator: end },
    signedHeaders: part('SignedHeaders').split(';'),
    signature: part('Signature'),
    timestamp,
  });
}

/** Reads the `Authorization` header; the error has AWS's sentence. */
export function readAuthorization(request: RawRequest): Result<Authorization, AuthorizationProblem> {
  const header = headerOf(request, 'authorization') ?? '';
  if (header === '') return err({ kind: 'missing', message: 'Missing Authentication Token' });
  if (!header.startsWith(`${algorithm} `))
    return incomplete(`Unsupported AWS 'algorithm': '${header.split(' ')[0] ?? ''}'.`);
  const parts = partsOf(header);
  const timestamp = timestampOfRequest(request);
  const missing = missingParts(parts, timestamp);
  if (missing.length > 0 || timestamp === undefined)
    return incomplete(`${missing.join(' ')} Authorization=${algorithm}`);
  return readParts(parts, timestamp);
}

/** What is wrong with the scope, in AWS's sentences; undefined where it fits. */
export function scopeProblem(
  { scope, timestamp }: Authorization,
  expected: { readonly region: string; readonly service: string },
): string | undefined {
  const problems: string[] = [];
  if (scope.region !== expected.region)
    problems.push(`Credential should be scoped to a valid region, not '${scope.region}'.`);
  if (scope.service !== expected.service)
    problems.push(`Credential should be scoped to correct service: '${expected.service}'.`);
  if (scope.terminator !== terminator)
    problems.push(
      `Credential should be scoped with a valid terminator: '${terminator}', not '${scope.terminator}'.`,
    );
  const day = timestamp.slice(0, 8);
  if (scope.date !== day)
    problems.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${day}', from '${timestamp}'.`,
    );
  return problems.length === 0 ? undefined : problems.join(' ');
}
