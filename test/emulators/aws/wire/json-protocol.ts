import type { JsonObject } from '../../shared/json.ts';
import type { WholeAnswer } from '../../shared/whole-answer.ts';
import type { ServiceError } from './answer.ts';

export const jsonContentType = 'application/x-amz-json-1.1';

/** Answers of AWS JSON 1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). */
const answer = (status: number, requestId: string, body: JsonObject): WholeAnswer => ({
  status,
  headers: { 'x-amzn-requestid': requestId, 'content-type': jsonContentType },
  text: JSON.stringify(body),
});

export const jsonResult = (requestId: string, body: JsonObject): WholeAnswer => answer(200, requestId, body);

export function jsonError(requestId: string, error: ServiceError): WholeAnswer {
  const { status, code, message, atTheDoor } = error;
  const text = message === '' ? {} : { [atTheDoor === true ? 'message' : 'Message']: message };
  return answer(status, requestId, { __type: code, ...text });
}
