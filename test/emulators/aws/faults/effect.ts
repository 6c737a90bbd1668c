import { defaultHugeBytes } from '../../shared/faults/effect.ts';
import type { SpokenFault } from '../../shared/faults/effect.ts';
import type { WholeAnswer } from '../../shared/whole-answer.ts';
import type { ServiceError } from '../wire/answer.ts';
import type { Fault } from './fault.ts';

/** How the service that was asked says what went wrong. */
export interface Tongue {
  readonly json: boolean;
  readonly throttlingCode: string;
  readonly render: (error: ServiceError) => WholeAnswer;
}

const codes: ReadonlyMap<number, string> = new Map([
  [429, 'TooManyRequestsException'],
  [500, 'InternalServiceError'],
  [503, 'ServiceUnavailable'],
]);

function padded(answer: WholeAnswer, json: boolean, bytes: number): WholeAnswer {
  const padding = 'x'.repeat(bytes);
  const text = json
    ? answer.text.replace(/\}$/, `,"Padding":"${padding}"}`)
    : `${answer.text}<!-- ${padding} -->\n`;
  return { ...answer, text };
}

function otherStatus(fault: Extract<Fault, { kind: 'status' }>, render: Tongue['render']): WholeAnswer {
  const { status, retryAfter, message = '' } = fault;
  const answer = render({ status, code: fault.code ?? codes.get(status) ?? 'InternalFailure', message });
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** The answers of faults that speak as AWS does. */
export async function speak(
  fault: SpokenFault<Fault>,
  produce: () => Promise<WholeAnswer>,
  { json, throttlingCode, render }: Tongue,
): Promise<WholeAnswer> {
  switch (fault.kind) {
    case 'status':
      return otherStatus(fault, render);
    case 'throttled':
      return render({ status: 400, code: throttlingCode, message: 'Rate exceeded', atTheDoor: true });
    case 'error-body': {
      const { code = 'InternalServiceError', message = 'An error occurred on the server side.' } = fault;
      return { ...render({ status: 500, code, message }), status: 200 };
    }
    case 'huge-body':
      return padded(await produce(), json, fault.bytes ?? defaultHugeBytes);
    case 'redirect':
      return { status: 307, headers: { location: fault.location }, text: '' };
  }
}
