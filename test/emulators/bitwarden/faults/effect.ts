import { defaultHugeBytes } from '../../shared/faults/effect.ts';
import { errorBody, refuse, slowDown, wholeAnswer } from '../wire/answer.ts';
import type { SpokenFault } from '../../shared/faults/effect.ts';
import type { WholeAnswer } from '../../shared/whole-answer.ts';
import type { Fault } from './fault.ts';

const anError = 'An error has occurred.';

const noMac = Buffer.alloc(32).toString('base64');

const padded = (text: string, bytes: number): string =>
  text.replace(/\}$/, `,"padding":"${'x'.repeat(bytes)}"}`);

function otherStatus({ status, retryAfter, message }: Extract<Fault, { kind: 'status' }>): WholeAnswer {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return wholeAnswer({ ...refuse(status, message ?? anError), headers });
}

/** The answers of faults that speak as Bitwarden's servers do. */
export async function speak(
  fault: SpokenFault<Fault>,
  produce: () => Promise<WholeAnswer>,
): Promise<WholeAnswer> {
  switch (fault.kind) {
    case 'status':
      return otherStatus(fault);
    case 'throttled':
      return wholeAnswer(slowDown('1m', fault.retryAfter ?? 60));
    case 'error-body':
      return wholeAnswer({ status: 200, body: errorBody(fault.message ?? anError) });
    case 'huge-body': {
      const answer = await produce();
      return { ...answer, text: padded(answer.text, fault.bytes ?? defaultHugeBytes) };
    }
    case 'redirect':
      return { status: 307, headers: { location: fault.location }, text: '' };
    case 'wrong-key': {
      const answer = await produce();
      return { ...answer, text: answer.text.replace(/"(2\.[^|"]+\|[^|"]+\|)[^"]+"/g, `"$1${noMac}"`) };
    }
  }
}
