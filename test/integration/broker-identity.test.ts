import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InProcessBroker, platformStore } from '../support/broker/in-process-broker.ts';
import { textOf } from '../support/broker/caller.ts';

const everything = platformStore([{ keys: ['*'] }]);

let cluster: InProcessBroker;
beforeEach(async () => {
  cluster = await InProcessBroker.open({}, everything);
  cluster.upstream.set('db', 'hunter2');
});
afterEach(async () => {
  await cluster.close();
});

describe('who calls', () => {
  test('a pod with its own token, from its own address, is served; the API server is asked once', async () => {
    const pod = await cluster.pod('web');
    const answers = await Promise.all([pod.read('db'), pod.read('db'), pod.read('db')]);
    expect(answers.map(({ status, results }) => [status, textOf(results[0])])).toEqual(
      Array(3).fill([200, 'hunter2']),
    );
    expect(cluster.reviews).toBe(1);
    const metrics = await cluster.metrics.registry.metrics();
    expect(metrics).toContain('keyferry_broker_token_reviews_total{outcome="authenticated"} 1');
    expect(metrics).toContain('keyferry_broker_requests_total{route="/v1/secrets",status="200"} 3');
  });

  test('nobody: 401, and no question to the API server', async () => {
    const answer = await cluster.caller(undefined).read('db');
    expect([answer.status, answer.message]).toEqual([
      401,
      "there is no Authorization header; send the pod's token as a bearer token",
    ]);
    expect(cluster.reviews).toBe(0);
  });

  test('a token of another audience: 401, and no question to the API server', async () => {
    cluster.addPod('web');
    const answer = await cluster.caller(await cluster.token('web', { audience: 'vault' })).read('db');
    expect([answer.status, answer.message]).toEqual([
      401,
      'the token is for another audience than "keyferry"',
    ]);
    expect(cluster.reviews).toBe(0);
  });

  test('an expired token: 401, and no question to the API server', async () => {
    const { token } = await cluster.issuer.issue({
      namespace: 'payments',
      serviceAccount: 'app',
      audiences: ['keyferry'],
      expirationSeconds: -1,
    });
    const answer = await cluster.caller(token).read('db');
    expect([answer.status, answer.message]).toEqual([401, 'the token has expired']);
    expect(cluster.reviews).toBe(0);
  });

  test('a token that somebody else signed: 401, and the API server is not asked again for a while', async () => {
    const forged = await cluster.issuer.sign({ aud: ['keyferry'], exp: Date.now(), sub: 'x' });
    for (let round = 0; round < 3; round += 1) {
      const answer = await cluster.caller(forged).read('db');
      expect([answer.status, answer.message]).toEqual([
        401,
        'the API server does not know the token: it is forged, or ended with its pod or account',
      ]);
    }
    expect(cluster.reviews).toBe(1);
  });

  test('a token that is not bound to a pod: 403', async () => {
    cluster.addPod('web');
    const answer = await cluster.caller(await cluster.token(undefined)).read('db');
    expect([answer.status, answer.message]).toEqual([
      403,
      'the token is not bound to a pod; the broker takes the tokens that the kubelet projects into pods',
    ]);
  });

  test("a deleted pod's token: 401, since the API server takes it no more", async () => {
    cluster.addPod('web');
    const token = await cluster.token('web');
    cluster.api.delete('pods', 'web', 'payments');
    expect((await cluster.caller(token).read('db')).status).toBe(401);
  });

  test("a deleted pod's token, from the address of the next pod of its name: 403, whatever is still known of the token", async () => {
    // No address yet: the pod is looked at for each request, and the token's review is not made again.
    const before = await cluster.pod('web', { addresses: [] });
    expect((await before.read('db')).status).toBe(200);
    cluster.api.delete('pods', 'web', 'payments');
    const after = await cluster.pod('web');
    const answer = await before.read('db');
    expect([answer.status, answer.message]).toEqual([
      403,
      'the pod web of the token is gone; another one has its name',
    ]);
    expect(cluster.reviews).toBe(1);
    // What was known of the token is forgotten with that, and the API server takes it no more.
    expect((await before.read('db')).status).toBe(401);
    expect((await after.read('db')).status).toBe(200);
  });

  test('a pod that has ended: 403', async () => {
    cluster.addPod('job', { phase: 'Succeeded' });
    const answer = await cluster.caller(await cluster.token('job')).read('db');
    expect([answer.status, answer.message]).toEqual([403, 'the pod job has ended']);
  });

  test("a token used from another pod's address: 403, and an audit line", async () => {
    const pod = await cluster.pod('web', {}, { localAddress: '127.0.0.2' });
    const answer = await pod.read('db');
    expect([answer.status, answer.message]).toEqual([
      403,
      'the request does not come from an address of the pod web',
    ]);
    expect(cluster.audit).toEqual([
      expect.objectContaining({
        log: 'audit',
        peer: '127.0.0.2',
        outcome: 'refused',
        status: 403,
        code: 'denied',
      }),
    ]);
    expect(cluster.upstream.reads).toEqual([]);
  });

  test('a pod whose address the kubelet has not told yet is believed, from an address that nobody else has', async () => {
    cluster.addPod('web', { addresses: [] });
    cluster.addPod('ended', { addresses: ['127.0.0.1'], phase: 'Succeeded' });
    expect((await cluster.caller(await cluster.token('web')).read('db')).status).toBe(200);
    const asked = cluster.api.requests.filter(({ path }) => path.startsWith('/api/v1/pods'));
    expect(asked).toHaveLength(1);
  });

  test('the same from an address that another pod has: 403', async () => {
    cluster.addPod('web', { addresses: [] });
    cluster.addPod('thief', { addresses: ['127.0.0.1'] });
    const answer = await cluster.caller(await cluster.token('web')).read('db');
    expect([answer.status, answer.message]).toEqual([
      403,
      'the request comes from an address of another pod than web, which has none yet',
    ]);
  });

  test("two pods of the host's network have one address", async () => {
    cluster.addPod('web', { addresses: [], hostNetwork: true });
    cluster.addPod('proxy', { addresses: ['127.0.0.1'], hostNetwork: true });
    expect((await cluster.caller(await cluster.token('web')).read('db')).status).toBe(200);
  });

  test("a pod of the host's network calls from its node's addresses", async () => {
    cluster.addPod('web', { addresses: ['10.0.0.1'], hostNetwork: true });
    cluster.api.setStatus('pods', 'web', 'payments', { hostIPs: [{ ip: '127.0.0.1' }] });
    expect((await cluster.caller(await cluster.token('web')).read('db')).status).toBe(200);
  });

  test('the API server is away: 503 with Retry-After for who is new, and who is known is served on', async () => {
    const known = await cluster.pod('web');
    expect((await known.read('db')).status).toBe(200);
    cluster.addPod('new');
    const token = await cluster.token('new');
    cluster.api.fault = () => ({ kind: 'status', code: 500 });
    const answer = await cluster.caller(token).read('db');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.message).toMatch(/^the broker could not ask the API server about the token/u);
    expect((await known.read('db')).status).toBe(200);
  });
});

test('without the check of addresses, a token does from anywhere', async () => {
  const lenient = await InProcessBroker.open({ checkPeerAddress: false }, everything);
  lenient.upstream.set('db', 'hunter2');
  const pod = await lenient.pod('web', {}, { localAddress: '127.0.0.2' });
  expect((await pod.read('db')).status).toBe(200);
  await lenient.close();
});
