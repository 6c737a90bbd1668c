import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** An HTTP answer that is ready to be sent. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly text: string;
}

/** The headers of an answer with the length of its body; 204 has none. */
export const headersOf = ({ status, headers, text }: WholeAnswer): OutgoingHttpHeaders =>
  status === 204 ? headers : { ...headers, 'content-length': Buffer.byteLength(text) };

/** Sends an answer; the status, for the log. */
export function writeAnswer(response: ServerResponse, answer: WholeAnswer): number {
  response.writeHead(answer.status, headersOf(answer)).end(answer.text);
  return answer.status;
}
