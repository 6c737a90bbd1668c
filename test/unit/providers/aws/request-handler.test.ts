import type { RequestListener } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { ExchangeError, RequestHandler } from '../../../../providers/aws/request-handler.ts';
import { open, start } from '../support/transport-harness.ts';

const ask = async (listener: RequestListener, options: object = {}) => {
  const server = await start(listener);
  const { hostname, port, protocol } = new URL(server.url);
  const handler = new RequestHandler(open({ server: server.url }));
  const request = { protocol, hostname, port: Number(port), path: '/base/', headers: { 'x-a': 'b' } };
  try {
    const { response } = await handler.handle({ ...request, body: '{}' }, options);
    return { ...response, body: Buffer.from(response.body).toString() };
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    return `${error.error.code}: ${error.error.message.replace(port, '<port>')}`;
  }
};

const answering =
  (status: number, type: string, body = 'canary'): RequestListener =>
  (_request, response) => {
    response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body);
  };

describe("the SDK's request", () => {
  test('is sent as it is signed', async () => {
    const seen: unknown[] = [];
    const answer = await ask((request, response) => {
      seen.push([request.method, request.url, request.headers['x-a']]);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'x-c': ['d', 'e'] }).end('{}');
    });
    expect(seen).toEqual([['POST', '/base/', 'b']]);
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'x-c': 'd, e' }, body: '{}' });
  });

  test.each(['{"canary":1}', ' \n{}', '<?xml version="1.0"?><a/>', '<ErrorResponse/>'])(
    'is answered by AWS with %j, whatever its type is called',
    async (body) => {
      for (const type of ['application/x-amz-json-1.1', 'text/xml', 'text/html', ''])
        expect(await ask(answering(403, type, body))).toMatchObject({ statusCode: 403, body });
    },
  );

  test.each([
    [403, '<html><body>canary</body></html>'],
    [200, '<!doctype html><html></html>'],
    [200, '<HTML lang="en">'],
    [404, ''],
    [200, 'canary'],
    [200, '[]'],
  ])('is not answered by AWS with %i and %j', async (status, body) => {
    expect(await ask(answering(status, 'application/x-amz-json-1.1', body))).toBe(
      `unavailable: 127.0.0.1:<port>: the answer is not AWS's: it is neither JSON nor XML (HTTP ${status})`,
    );
  });

  test.each([502, 503, 429])(
    'is answered with %i by whoever stands before AWS, whose text nobody reads',
    async (status) => {
      expect(await ask(answering(status, 'text/html'))).toMatchObject({ statusCode: status, body: '' });
    },
  );

  test('ends with its signal, and by its own limit', async () => {
    expect(await ask(answering(200, 'text/xml'), { abortSignal: AbortSignal.abort() })).toMatch(
      /^timeout: the request to .* was cancelled$/,
    );
    expect(await ask(answering(200, 'text/xml'), { maximumBytes: 5 })).toMatch(
      /^invalid: .* more than 5 bytes$/,
    );
  });
});
