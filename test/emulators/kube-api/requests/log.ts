/** What is kept of a request: never a body, never a token. */
export interface LoggedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly user: string;
  /** HTTP status; 0 where the connection was cut instead. */
  readonly status: number;
  /** What webhooks had to say for the audit log. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** One access to a Secret, allowed or not. */
export interface SecretAccess {
  readonly user: string;
  readonly verb: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly allowed: boolean;
}
