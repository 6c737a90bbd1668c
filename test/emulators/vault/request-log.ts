import { createHash } from 'node:crypto';
import { RequestHistory } from '../shared/request-history.ts';

/** A request as it is remembered: nothing that is secret, no query, no body. */
export interface LoggedRequest {
  /** ISO time of the server's clock. */
  readonly time: string;
  readonly method: string;
  /** The path after `/v1/`, decoded. */
  readonly path: string;
  /** The namespace header as it was sent, empty for none. */
  readonly namespace: string;
  /** 0 where no whole answer was sent. */
  readonly status: number;
  /** The start of the token's SHA-256, empty for none: enough to tell tokens apart. */
  readonly token: string;
  /** The kind of the fault that the request met. */
  readonly fault?: string;
}

export interface RequestFilter {
  readonly method?: string;
  /** A glob over the path. */
  readonly path?: string;
  readonly status?: number;
  readonly namespace?: string;
}

/** What tells one token from another without giving it away. */
export const hashToken = (token: string): string =>
  token === '' ? '' : createHash('sha256').update(token).digest('hex').slice(0, 16);

/** The last requests; they are counted as `GET secret/data/x 200`. */
export class RequestLog extends RequestHistory<LoggedRequest, RequestFilter> {
  constructor() {
    super({ glob: 'path', kindOf: ({ method, path, status }) => [method, path, status] });
  }
}
