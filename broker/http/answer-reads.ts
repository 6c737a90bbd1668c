import type { BrokerRead, SecretsRequest } from '../../lib/broker/protocol.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { AccessControl } from '../access/access.ts';
import { permitted, servedOutcome } from '../access/permitted.ts';
import { accessOf } from '../access/wanted.ts';
import type { AccessOutcome } from '../audit.ts';
import { encodeSecret, failureOf } from '../encoded.ts';
import type { Caller } from '../identity/identity.ts';
import type { Upstream } from '../upstream/upstream.ts';

export interface ReadsOptions {
  readonly caller: Caller;
  readonly request: SecretsRequest;
  readonly access: AccessControl;
  readonly upstream: Upstream;
  /** Whoever asks has gone, or has waited for long enough. */
  readonly signal: AbortSignal;
  /** For the audit log. */
  readonly onOutcome: (read: BrokerRead, outcome: AccessOutcome) => void;
}

/** Most that one answer may hold, in characters. What does not fit in has to be asked for in another request. */
const largestAnswer = 16 * 2 ** 20;

const tooLarge = providerError(
  'invalid',
  `the secrets of one request come to more than ${largestAnswer / 2 ** 20} MiB; ask for fewer at a time`,
);

const failed = (error: ProviderError): string => JSON.stringify({ error: failureOf(error) });

/**
 * Reads what a pod asked for, less what it may not have. The text is that of a `secretsAnswer`: an outcome for each read, in their order.
 */
export const answerReads = async (options: ReadsOptions): Promise<string> => {
  const { caller, request, access, upstream, signal, onOutcome } = options;
  let room = largestAnswer;

  const deny = (read: BrokerRead, error: ProviderError): string => {
    onOutcome(read, { outcome: 'denied', code: error.code, reason: error.message });
    return failed(error);
  };

  const answer = async (read: BrokerRead): Promise<string> => {
    const question = { caller, read };
    const granted = access.decide(question);
    if (!granted.ok) return deny(read, granted.error);
    const { fresh } = request;
    const served = await upstream.read(accessOf(caller, granted.value, read), { fresh, signal });
    if (!served.ok) {
      onOutcome(read, { outcome: 'failed', code: served.error.code, rule: granted.value.rule });
      return failed(served.error);
    }
    const allowed = permitted(access, question, granted.value, served.value);
    if (!allowed.ok) return deny(read, allowed.error);
    const { document, rule } = allowed.value;
    // At once: the bytes may be wiped with the next turn of the event loop.
    const json = encodeSecret(document).json.reveal();
    room -= json.length;
    if (room < 0) {
      onOutcome(read, { outcome: 'failed', code: tooLarge.code, rule });
      return failed(tooLarge);
    }
    onOutcome(read, servedOutcome(allowed.value));
    return `{"secret":${json}}`;
  };

  return `{"results":[${(await Promise.all(request.reads.map(answer))).join(',')}]}`;
};
