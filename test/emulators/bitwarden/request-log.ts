import { RequestHistory } from '../shared/request-history.ts';
import type { OperationName } from './api/routes.ts';

/** A request as it is remembered: nothing that is secret, no query, no body. */
export interface LoggedRequest {
  /** ISO time of the server's clock. */
  readonly time: string;
  /** Empty for what no server has. */
  readonly operation: OperationName | '';
  readonly method: string;
  /** Below `/identity/` or `/api/`. */
  readonly path: string;
  /** The name of the machine account, its id after it was deleted; empty for none. */
  readonly account: string;
  /** 0 where no whole answer was sent. */
  readonly status: number;
  /** The kind of the fault that the request met. */
  readonly fault?: string;
}

export interface RequestFilter {
  readonly operation?: LoggedRequest['operation'];
  readonly method?: string;
  /** A glob. */
  readonly path?: string;
  readonly account?: string;
  readonly status?: number;
}

/** The last requests; they are counted as `syncSecrets 200`. */
export class RequestLog extends RequestHistory<LoggedRequest, RequestFilter> {
  constructor() {
    super({ glob: 'path', kindOf: ({ operation, status }) => [operation, status] });
  }
}
