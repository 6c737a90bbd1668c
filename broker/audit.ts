import { pino } from 'pino';
import type { BrokerRead } from '../lib/broker/protocol.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/error-message.ts';
import type { Logger } from '../lib/log.ts';
import { providerError, type ProviderErrorCode } from '../lib/provider-error.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { sourceText } from '../lib/source-text.ts';
import type { Caller, Refused } from './identity/identity.ts';
import { LineFile } from './line-file.ts';

/** What became of one thing that a pod asked for, or was told of. */
export type AccessOutcome =
  | {
      readonly outcome: 'served';
      readonly version: string | undefined;
      readonly rule: string;
      /** Of a find: how many keys it brought that the pod may not have. */
      readonly leftOut?: number;
    }
  /** Policy said no: nothing was read, or nothing of it handed out. */
  | { readonly outcome: 'denied'; readonly code: ProviderErrorCode; readonly reason: string }
  /** It was read, or tried to. */
  | { readonly outcome: 'failed'; readonly code: ProviderErrorCode; readonly rule: string };

export interface AccessRecord {
  readonly caller: Caller;
  /** The address that the pod called from. */
  readonly peer: string;
  readonly read: Pick<BrokerRead, 'store' | 'key' | 'find' | 'version' | 'stage'>;
  readonly via: 'read' | 'feed';
  readonly result: AccessOutcome;
}

/** Who was given what. Never a value. */
export interface Audit {
  /** Writes down what is about to be handed out, or refused. False: it cannot be written, and nothing of it may be handed out. */
  access(records: readonly AccessRecord[]): boolean;
  /** Somebody with a good token who is not served: from another address than the pod's, say. */
  refused(peer: string, refused: Refused): void;
}

/** What is said where an access cannot be written down. */
export const notAudited = providerError(
  'unavailable',
  'the broker cannot write its audit log, and hands out nothing that is not written there',
  5_000,
);

const asked = ({ store, version, stage, ...read }: AccessRecord['read']): object => ({
  store: { kind: store.kind, name: store.name },
  key: sourceText(read),
  ...(version !== undefined && { askedVersion: version }),
  ...(stage !== undefined && { stage }),
});

const fieldsOf = ({ caller, peer, read, via, result }: AccessRecord): object => {
  const { namespace, serviceAccount, pod } = caller;
  return { namespace, serviceAccount, pod: pod.name, podUid: pod.uid, peer, ...asked(read), via, ...result };
};

/**
 * Makes the lines of the audit log, JSON, each marked `"log":"audit"`.
 *
 * @param write takes one or more whole lines; false: they are not written, and never will be
 */
export const auditTo = (write: (lines: string) => boolean): Audit => {
  let lines = '';
  const log = pino(
    {
      base: { log: 'audit' },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Pino puts a comma behind whatever this is: with no field at all its lines would be no JSON.
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line) => (lines += line) },
  );
  const writeAll = (all: readonly object[]): boolean => {
    if (all.length === 0) return true;
    lines = '';
    for (const fields of all) log.info(fields);
    return write(lines);
  };
  return {
    access: (records) => writeAll(records.map(fieldsOf)),
    refused: (peer, { status, error: { code, message } }) => {
      writeAll([{ peer, outcome: 'refused', status, code, reason: message }]);
    },
  };
};

export interface AuditOptions {
  /** `stdout`, or a file that lines are added to. */
  readonly target: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Logger;
}

/** Opens the audit log. Where it cannot be written later, the process's own log says so, once until it can again. */
export const openAudit = ({ target, clock, log }: AuditOptions): Result<Audit, string> => {
  const opened = LineFile.open(target === 'stdout' ? undefined : target, clock);
  if (!opened.ok) return err(`--audit-log: ${target} cannot be written: ${opened.error}`);
  let works = true;
  const write = (lines: string): boolean => {
    try {
      opened.value.append(lines);
      if (!works) log.info({ target }, 'the audit log can be written again');
      works = true;
    } catch (error) {
      if (works)
        log.error(
          { target, reason: errorMessage(error) },
          'the audit log cannot be written; nothing is handed out until it can',
        );
      works = false;
    }
    return works;
  };
  return ok(auditTo(write));
};
