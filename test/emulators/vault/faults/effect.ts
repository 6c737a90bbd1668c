import { defaultHugeBytes } from '../../shared/faults/effect.ts';
import { wholeAnswer } from '../http-answer.ts';
import type { SpokenFault } from '../../shared/faults/effect.ts';
import type { WholeAnswer } from '../../shared/whole-answer.ts';
import type { Rendered } from '../render.ts';
import type { Fault } from './fault.ts';

/** The answers of faults that speak as Vault does. */
export async function speak(
  fault: SpokenFault<Fault>,
  produce: () => Promise<Rendered>,
): Promise<WholeAnswer> {
  switch (fault.kind) {
    case 'status': {
      const { status, errors = [], retryAfter } = fault;
      const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      return wholeAnswer({ status, body: { errors } }, headers);
    }
    case 'sealed':
      return wholeAnswer({ status: 503, body: { errors: ['Vault is sealed'] } });
    case 'error-body':
      return wholeAnswer({ status: 200, body: { errors: fault.errors ?? ['internal error'] } });
    case 'huge-body': {
      const { status, body } = await produce();
      const padding = 'x'.repeat(fault.bytes ?? defaultHugeBytes);
      return wholeAnswer({ status, body: { ...body, padding } });
    }
    case 'redirect':
      return wholeAnswer({ status: 307, location: fault.location });
  }
}
