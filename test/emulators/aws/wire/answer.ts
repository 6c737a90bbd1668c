import { err } from '../../../../lib/result.ts';
import type { Result } from '../../../../lib/result.ts';

/** The two services that share the port. */
export type Service = 'sts' | 'secretsmanager';

/** A refusal before it is written in the words of a protocol. */
export interface ServiceError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Errors of AWS's front door have `message`, those of Secrets Manager itself `Message`. */
  readonly atTheDoor?: boolean;
}

export type Outcome<T> = Result<T, ServiceError>;

export const refuse = (status: number, code: string, message: string): Result<never, ServiceError> =>
  err({ status, code, message });

/** A refusal by what stands before the service: authentication, validation of the form, throttling. */
export const refuseAtTheDoor = (status: number, code: string, message: string): Result<never, ServiceError> =>
  err({ status, code, message, atTheDoor: true });
