import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { refusal } from '../../lib/broker/protocol.ts';
import { InProcessBroker, platformStore } from '../support/broker/in-process-broker.ts';
import { readOf, watchOf, type BrokerCaller } from '../support/broker/caller.ts';

/** Whatever somebody sends, the broker answers with a status of its own choice, and refusals are what the protocol says. */

let cluster: InProcessBroker;
let pod: BrokerCaller;
let stranger: BrokerCaller;
beforeAll(async () => {
  const rate = { perSecond: 1_000_000, burst: 1_000_000 };
  cluster = await InProcessBroker.open({ limits: { rate } }, platformStore([{ keys: ['*'] }]));
  cluster.upstream.set('db', 'hunter2');
  pod = await cluster.pod('web');
  stranger = cluster.caller(undefined);
});
afterAll(async () => {
  await cluster.close();
});

const field = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(1, true, 'db', 'SecretStore', {}));
/** Requests in which one thing or another is not what it should be. */
const nearly = fc
  .record({
    list: fc.constantFrom('reads', 'sources'),
    item: fc.constantFrom(readOf('db'), watchOf('db'), readOf('', { find: {} })),
    name: fc.constantFrom(
      'store',
      'key',
      'version',
      'stage',
      'parameters',
      'find',
      'known',
      '__proto__',
      'more',
    ),
    value: field,
    version: fc.constantFrom(1, 1, 2, '1'),
    fresh: fc.constantFrom(true, false, 0),
  })
  .map(({ list, item, name, value, version, fresh }) =>
    JSON.stringify({
      version,
      fresh,
      [list]: [Object.fromEntries([...Object.entries(item), [name, value]])],
    }),
  );
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const body = fc.oneof(nearly, fc.json(), fc.string({ unit: 'binary' }), bytes);

const headerValue = fc.string({
  unit: fc.constantFrom(...'abcXYZ019 ,;=/+*.-_"(){}[]<>@:?!%'.split('')),
  maxLength: 40,
});
const headers = fc.record(
  {
    'content-type': fc.oneof(
      fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain', '', 'a/b/c'),
      headerValue,
    ),
    authorization: fc.oneof(
      headerValue,
      headerValue.map((value) => `Bearer ${value}`),
    ),
    accept: headerValue,
    'content-encoding': fc.constantFrom('gzip', 'br', 'identity'),
    'x-forwarded-for': headerValue,
  },
  { requiredKeys: [] },
);
const path = fc.constantFrom(
  '/v1/secrets',
  '/v1/secrets',
  '/v1/secrets?x=%ff',
  '/v1/%73ecrets',
  '/',
  '//',
  '/%',
  '*',
);
const method = fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH');

test('any body, headers, path and method: below 500, and a refusal wherever it is not 200', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ body, headers, path, method, known: fc.boolean() }),
      async ({ body: sent, headers: given, path: asked, method: verb, known }) => {
        const caller = known ? pod : stranger;
        // Without its length, what a GET brings would be the beginning of the next request.
        const length = { 'content-length': String(Buffer.byteLength(sent)) };
        const answer = await caller.post(asked, sent, { method: verb, headers: { ...given, ...length } });
        expect(answer.status).toBeLessThan(500);
        if (answer.status === 200) expect(answer.results.length).toBeGreaterThan(0);
        else expect(refusal.safeParse(JSON.parse(answer.body)).error).toBeUndefined();
        if (answer.status !== 200)
          expect(answer.body).not.toContain(Buffer.from('hunter2').toString('base64'));
      },
    ),
    { numRuns: 300 },
  );
});

test('any body of a feed that is refused is refused in words', async () => {
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      const response = await pod.send('/v1/changes', sent);
      const chunks: Buffer[] = [];
      if (response.statusCode === 200) {
        response.destroy();
        return;
      }
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
      expect(response.statusCode).toBeLessThan(500);
      const parsed = refusal.safeParse(JSON.parse(Buffer.concat(chunks).toString()));
      expect(parsed.error).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});
