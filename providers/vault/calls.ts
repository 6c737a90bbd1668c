import type { ProviderError } from '../../lib/provider-error.ts';
import type { Result } from '../../lib/result.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { ProviderContext } from '../provider.ts';
import type { AnswerContext } from './answer.ts';
import type { VaultClient, VaultRequest } from './client.ts';

/** What a request was for, as metrics name it. */
export type Operation =
  | 'login'
  | 'renew'
  | 'lookup'
  | 'revoke'
  | 'mounts'
  | 'read'
  | 'list'
  | 'read_metadata'
  | 'issue'
  | 'renew_lease';

export type Judge<T> = (answer: HttpAnswer, context: AnswerContext) => Result<T, ProviderError>;

/** Sends a request, has its answer judged, and records how it went and how long it took. */
export type Call = <T>(
  operation: Operation,
  request: VaultRequest,
  judge: Judge<T>,
) => Promise<Result<T, ProviderError>>;

export const recordedCalls =
  (client: VaultClient, { clock, record }: Pick<ProviderContext, 'clock' | 'record'>): Call =>
  async (operation, request, judge) => {
    const start = clock.monotonic();
    const answer = await client.send(request);
    const judged = answer.ok ? judge(answer.value, { server: client.server, now: clock.now() }) : answer;
    record({
      provider: 'vault',
      operation,
      outcome: judged.ok ? 'ok' : judged.error.code,
      seconds: (clock.monotonic() - start) / 1000,
    });
    return judged;
  };
