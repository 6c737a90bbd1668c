import { request } from 'node:https';

export interface HttpsRequest {
  readonly port: number;
  /** Name in the server's certificate. */
  readonly serverName: string;
  /** PEM of the authority that signed it. */
  readonly authority: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
}

const patience = 10_000;

/** Sends a request to a server at the end of a local port. Rejects unless the answer is a 2xx; gives its JSON, or undefined. */
export const sendRequest = (options: HttpsRequest): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const { port, serverName, authority, method, path, headers, body } = options;
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        servername: serverName,
        ca: authority,
        method,
        path,
        headers,
        timeout: patience,
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300) resolve(text === '' ? undefined : JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${statusCode} ${text.trim()}`));
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
