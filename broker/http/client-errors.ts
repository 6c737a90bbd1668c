import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorCode } from '../../lib/error-message.ts';
import { failureOf } from '../encoded.ts';
import { sentenceFor } from './refusals.ts';

/** What Node calls that which is no request, by status; anything else is 400. */
const statuses: ReadonlyMap<string, number> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
  ['HPE_HEADER_OVERFLOW', 431],
]);

/** Answers bytes that make no request, with the same body as any other refusal, and closes: nobody can tell where the next one would begin. */
export const answerClientError = (error: Error, socket: Socket): void => {
  const code = errorCode(error) ?? '';
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statuses.get(code) ?? 400;
  const body = JSON.stringify({ error: failureOf(sentenceFor(status === 400 ? 0 : status)) });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
};
