import type { Clock } from '../clock.ts';
import { err, ok, type Result } from '../result.ts';
import type { KubeConnection, KubeRequest } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { responseFailure, thrownFailure, type KubeFailure } from './failure.ts';

export interface Asking {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  /** How long the answer may take. */
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

const unexpected: KubeFailure = {
  status: undefined,
  message: 'the API server answered with something else than was asked for',
};

/** Sends one request and reads its answer whole. Every way in which that fails is a value. */
export const ask = async <T>(
  { connection, clock, milliseconds, signal }: Asking,
  request: Omit<KubeRequest, 'signal'>,
  /** Of the body, parsed as JSON; undefined where it is not what was asked for. */
  parse: (body: unknown) => T | undefined,
): Promise<Result<T, KubeFailure>> => {
  try {
    return await withDeadline({ clock, milliseconds, signal }, async (within) => {
      const response = await connection.request({ ...request, signal: within });
      if (response.status < 200 || response.status > 299) return err(await responseFailure(response));
      const parsed = parse(JSON.parse(await response.text()));
      return parsed === undefined ? err(unexpected) : ok(parsed);
    });
  } catch (error) {
    return err(thrownFailure(error));
  }
};
