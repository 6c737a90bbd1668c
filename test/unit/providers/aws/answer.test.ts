import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { isSignatureRefused, isStale, readFailure } from '../../../../providers/aws/answer.ts';
import { ExchangeError } from '../../../../providers/aws/request-handler.ts';

const context = { server: 'aws.test:443', now: Date.UTC(2026, 0, 1) };

/** As the SDK throws what a service refused. */
const thrown = (name: string, status: number, headers: Record<string, string> = {}): Error => {
  const error = Object.assign(new Error('canary'), {
    $fault: 'client',
    $metadata: { httpStatusCode: status },
    $response: { headers },
  });
  error.name = name;
  return error;
};

describe('what the SDK threw', () => {
  test('by the transport is the outcome of the transport', () => {
    const error = providerError('timeout', 'too late');
    expect(readFailure(new ExchangeError(error), context)).toEqual({ kind: 'failed', error });
  });

  test.each([
    Object.assign(new SyntaxError('Unexpected token canary'), { $response: { headers: {} } }),
    Object.assign(new Error('canary'), { $metadata: { httpStatusCode: 200 } }),
  ])('because it could not read the answer, is no answer of AWS: %#', (error) => {
    expect(readFailure(error, context)).toEqual({
      kind: 'failed',
      error: {
        code: 'unavailable',
        message: "aws.test:443: the answer is not AWS's: it is not complete, or of another shape",
      },
    });
  });

  test.each([new TypeError('signer.sign is not a function'), 'canary', undefined])(
    'without any answer is a bug, and thrown on: %#',
    (error) => {
      const read = (): unknown => {
        try {
          return readFailure(error, context);
        } catch (thrownOn) {
          return { thrownOn };
        }
      };
      expect(read()).toEqual({ thrownOn: error });
    },
  );

  test.each<[string, string]>([
    ['AccessDenied', 'AccessDenied'],
    ['AccessDeniedException', 'AccessDenied'],
    ['com.amazonaws.secretsmanager#ResourceNotFoundException', 'ResourceNotFound'],
    ['IDPCommunicationErrorException', 'IDPCommunication'],
    ['DecryptionFailure', 'DecryptionFailure'],
  ])('for a refusal %s', (name, code) => {
    expect(readFailure(thrown(name, 400, { date: 'now', 'retry-after': '3' }), context)).toEqual({
      kind: 'refused',
      code,
      status: 400,
      date: 'now',
      retryAfterMs: 3_000,
    });
  });

  test.each([
    ['ThrottlingException', 400],
    ['Throttling', 400],
    ['TooManyRequestsException', 429],
    ['SlowDown', 503],
    ['Unknown', 429],
  ])('for throttling: %s, HTTP %i', (name, status) => {
    expect(readFailure(thrown(name, status, { 'retry-after': '7' }), context)).toEqual({
      kind: 'failed',
      error: {
        code: 'throttled',
        message: `aws.test:443: AWS asks for fewer requests (HTTP ${status})`,
        retryAfterMs: 7_000,
      },
    });
  });

  test.each([
    ['InternalServiceError', 500],
    ['InternalServiceError', 400],
    ['InternalFailure', 500],
    ['ServiceUnavailableException', 503],
    ['Unknown', 502],
  ])('for a failure inside of AWS: %s, HTTP %i', (name, status) => {
    expect(readFailure(thrown(name, status), context)).toEqual({
      kind: 'failed',
      error: { code: 'unavailable', message: `aws.test:443: AWS failed inside (HTTP ${status})` },
    });
  });

  test.each(['Unknown', 'UnknownError', 'NotFound', 'Error', ''])(
    'without a code is no answer of AWS: %j',
    (name) => {
      expect(readFailure(thrown(name, 403), context)).toEqual({
        kind: 'failed',
        error: {
          code: 'unavailable',
          message: "aws.test:443: the answer is not AWS's: it names no error (HTTP 403)",
        },
      });
    },
  );

  test('never says what it carries', () => {
    const unreadable = Object.assign(new SyntaxError('canary'), { $response: { headers: {} } });
    for (const error of [thrown('canary', 400), thrown('canary', 500), unreadable])
      expect(JSON.stringify(readFailure(error, context)).replace('"code":"canary"', '')).not.toContain(
        'canary',
      );
  });
});

test.each<[string, boolean, boolean]>([
  ['ExpiredTokenException', true, false],
  ['ExpiredToken', true, false],
  ['UnrecognizedClientException', true, false],
  ['InvalidClientTokenId', true, false],
  ['InvalidSignatureException', false, true],
  ['SignatureDoesNotMatch', false, true],
  ['RequestTimeTooSkewed', false, true],
  ['AccessDeniedException', false, false],
])('%s: credentials that are not known, or a signature that does not fit', (name, stale, signature) => {
  const failure = readFailure(thrown(name, 403), context);
  expect([isStale(failure), isSignatureRefused(failure)]).toEqual([stale, signature]);
});
