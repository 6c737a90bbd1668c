import { RequestHistory } from '../shared/request-history.ts';

/** A request as it is remembered: nothing that is secret, no body. */
export interface LoggedRequest {
  /** ISO time of the server's clock. */
  readonly time: string;
  readonly service: 'sts' | 'secretsmanager' | 'pod-identity';
  /** `GetSecretValue`; for Pod Identity `GetCredentials`. */
  readonly operation: string;
  /** The secret's id or the role's ARN as it was sent; of several all, with commas between them. Empty for none. */
  readonly resource: string;
  /** The role of the caller, empty for none; of who assumes one by a token, the role that was had. */
  readonly role: string;
  /** 0 where no whole answer was sent. */
  readonly status: number;
  /** AWS's code for an error, empty for none. */
  readonly code: string;
  /** The start of the access key id's SHA-256, empty for none: enough to tell sessions apart. */
  readonly accessKey: string;
  readonly requestId: string;
  /** The kind of the fault that the request met. */
  readonly fault?: string;
}

export interface RequestFilter {
  readonly service?: LoggedRequest['service'];
  readonly operation?: string;
  /** A glob. */
  readonly resource?: string;
  readonly status?: number;
  readonly code?: string;
  readonly role?: string;
}

/** The last requests; they are counted as `GetSecretValue payments/db 200`. */
export class RequestLog extends RequestHistory<LoggedRequest, RequestFilter> {
  constructor() {
    super({ glob: 'resource', kindOf: ({ operation, resource, status }) => [operation, resource, status] });
  }
}
