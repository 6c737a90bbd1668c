import { randomUUID } from 'node:crypto';
import { applyFault } from '../shared/faults/effect.ts';
import { writeAnswer } from '../shared/whole-answer.ts';
import { speak } from './faults/effect.ts';
import { hashKey } from './sessions.ts';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';
import type { FaultList } from '../shared/faults/fault.ts';
import type { Tongue } from './faults/effect.ts';
import type { Fault } from './faults/fault.ts';
import type { Handled } from './core.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';

/** One request on its way to its answer. */
export interface Exchange extends Pick<LoggedRequest, 'service' | 'operation' | 'resource'> {
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Has the right answer made. */
  readonly handle: () => Promise<Handled>;
  readonly tongue: Tongue;
}

export interface ExchangeParts {
  readonly clock: Clock;
  readonly faults: FaultList<Fault>;
  readonly log: RequestLog;
}

/** The server's time as a header: clients find out from it that their own clock is wrong. */
const dateHeader = (clock: Clock): Record<string, string> => ({ date: new Date(clock.now()).toUTCString() });

/** What a log entry says of an answer; empty texts where none was made. */
function whoAndWhat(handled: Handled | undefined): Pick<LoggedRequest, 'role' | 'code' | 'accessKey'> {
  if (handled === undefined) return { role: '', code: '', accessKey: '' };
  const { caller, code } = handled;
  return { role: caller?.session?.roleArn ?? '', code, accessKey: hashKey(caller?.accessKeyId ?? '') };
}

export const newRequestId = (): string => randomUUID();

/** Answers a request, or lets the fault that it meets do it, and remembers it. */
export async function answerExchange(exchange: Exchange, parts: ExchangeParts): Promise<void> {
  const { response, service, operation, resource, requestId, tongue } = exchange;
  const { clock, faults, log } = parts;
  let handled: Handled | undefined;
  const produce = async () => {
    handled = await exchange.handle();
    const { answer } = handled;
    return { ...answer, headers: { ...answer.headers, ...dateHeader(clock) } };
  };
  const path = [service, operation, resource].filter((part) => part !== '').join('/');
  const active = faults.take({ path, service, operation });
  const speaking = async (fault: Parameters<typeof speak>[0]) => {
    const answer = await speak(fault, produce, tongue);
    return { ...answer, headers: { ...answer.headers, ...dateHeader(clock) } };
  };
  const status =
    active === undefined
      ? writeAnswer(response, await produce())
      : await applyFault({ active, response, produce, clock, speak: speaking });
  log.add({
    time: new Date(clock.now()).toISOString(),
    ...{ service, operation, resource, status, requestId },
    ...whoAndWhat(handled),
    ...(active === undefined ? {} : { fault: active.fault.kind }),
  });
}
