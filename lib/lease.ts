/**
 * The life of a credential that the backend made for this pod: nobody else has it, and it ends unless it is renewed. What has
 * none is read again on the source's interval.
 */
export interface Lease {
  /** The backend's name for it; empty where it has none to renew by (a certificate). */
  readonly id: string;
  /** The life that it was last given, in seconds. */
  readonly durationSeconds: number;
  readonly renewable: boolean;
  /** When it ends, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The login that it ends with at the latest (`Provider.login`); undefined where it outlives its login. */
  readonly login?: string;
}
