/** How the API server says what went wrong. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly code: number;
}

const reasons: ReadonlyMap<number, string> = new Map([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [405, 'MethodNotAllowed'],
  [409, 'Conflict'],
  [410, 'Expired'],
  [413, 'RequestEntityTooLarge'],
  [415, 'UnsupportedMediaType'],
  [422, 'Invalid'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
]);

export const failure = (code: number, message: string, reason = reasons.get(code)): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  ...(reason === undefined ? {} : { reason }),
  code,
});

/** An answer other than the one that was asked for; caught where requests are answered. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'failed');
    this.name = 'StatusError';
    this.status = status;
  }
}

export const refuse = (code: number, message: string, reason?: string): StatusError =>
  new StatusError(failure(code, message, reason));

/** What a watch or a list gets that asks for a version that is no longer kept. */
export const expired = (asked: number, oldest: number): Status =>
  failure(410, `too old resource version: ${asked} (${oldest})`);
