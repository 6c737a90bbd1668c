import { applyFault } from '../shared/faults/effect.ts';
import { writeAnswer } from '../shared/whole-answer.ts';
import { operationOf } from './core.ts';
import { speak } from './faults/effect.ts';
import { wholeAnswer } from './wire/answer.ts';
import type { ServerResponse } from 'node:http';
import type { FaultList } from '../shared/faults/fault.ts';
import type { WholeAnswer } from '../shared/whole-answer.ts';
import type { BitwardenCore } from './core.ts';
import type { Fault } from './faults/fault.ts';
import type { RequestLog } from './request-log.ts';
import type { RawRequest } from './wire/request.ts';

export interface ExchangeParts {
  readonly core: BitwardenCore;
  readonly faults: FaultList<Fault>;
  readonly log: RequestLog;
}

/** Answers a request, or lets the fault that it meets do it, and remembers it. */
export async function answerExchange(
  request: RawRequest,
  response: ServerResponse,
  { core, faults, log }: ExchangeParts,
): Promise<void> {
  const { method, path } = request;
  const { clock, organization } = core;
  const operation = operationOf(request) ?? '';
  const date = (): Record<string, string> => ({ date: new Date(clock.now()).toUTCString() });
  const dated = (answer: WholeAnswer): WholeAnswer => ({
    ...answer,
    headers: { ...date(), ...answer.headers },
  });
  let account = '';
  const produce = async (): Promise<WholeAnswer> => {
    const handled = await core.handle(request);
    account = organization.accounts.get(handled.account)?.name ?? handled.account;
    return dated(wholeAnswer(handled.answer));
  };
  const active = faults.take({ path, method, operation });
  const status =
    active === undefined
      ? writeAnswer(response, await produce())
      : await applyFault({
          ...{ active, response, produce, clock },
          speak: async (fault) => dated(await speak(fault, produce)),
        });
  log.add({
    time: new Date(clock.now()).toISOString(),
    ...{ operation, method, path, account, status },
    ...(active === undefined ? {} : { fault: active.fault.kind }),
  });
}
