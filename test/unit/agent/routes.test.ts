import { describe, expect, test } from '@jest/globals';
import { isLoopback } from '../../../agent/http/loopback.ts';
import { answer, type HttpAsk, type HttpView } from '../../../agent/http/routes.ts';
import { MetricsRecorder } from '../../../agent/metrics/recorder.ts';

const recorder = new MetricsRecorder(() => ({
  generation: 3,
  staleRefs: 2,
  lastSuccesses: new Map([['one', 40]]),
}));
recorder.refresh({ outcome: 'denied', seconds: 0.2 });
recorder.request({ provider: 'vault', operation: 'read', outcome: 'ok', seconds: 0.1 });

let ready = false;
const view: HttpView = {
  isReady: () => ready,
  status: () => ({ refs: [] }),
  instruments: () => recorder.load(),
};
const ask = (url: string, fields: Partial<HttpAsk> = {}) =>
  answer(view, { method: 'GET', url, peer: '10.0.0.1', ...fields });

describe('the HTTP endpoints', () => {
  test('/livez', async () => {
    expect(await ask('/livez')).toMatchObject({ status: 200 });
  });

  test('/readyz is 200 from the first generation on', async () => {
    ready = false;
    expect((await ask('/readyz')).status).toBe(503);
    ready = true;
    expect((await ask('/readyz?verbose')).status).toBe(200);
  });

  test('/status is for the pod itself', async () => {
    expect((await ask('/status')).status).toBe(403);
    expect((await ask('/status', { peer: undefined })).status).toBe(403);
    for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
      expect(await ask('/status', { peer })).toMatchObject({ status: 200, type: 'application/json' });
  });

  test('/metrics has what was recorded before it was loaded, too', async () => {
    const { body, type } = await ask('/metrics');
    expect(type).toMatch(/^text\/plain/);
    for (const line of [
      'keyferry_generation 3',
      'keyferry_stale_refs 2',
      'keyferry_secret_last_success_timestamp_seconds{store="one"} 40',
      'keyferry_refresh_total{outcome="denied"} 1',
      'keyferry_refresh_duration_seconds_count 1',
      'keyferry_provider_requests_total{provider="vault",operation="read",outcome="ok"} 1',
      'keyferry_provider_request_duration_seconds_count{provider="vault",operation="read"} 1',
    ])
      expect(body.split('\n')).toContain(line);
  });

  test('anything else is 404, another method 405', async () => {
    for (const url of ['/', '/metrics/', '/constructor', '//status', ''])
      expect((await ask(url)).status).toBe(404);
    expect(await ask('/livez', { method: 'POST' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect((await ask('/livez', { method: 'HEAD' })).status).toBe(200);
  });
});

describe('isLoopback', () => {
  test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])('%s', (address) => {
    expect(isLoopback(address)).toBe(true);
  });
  test.each([
    '10.0.0.1',
    '128.0.0.1',
    '::',
    '::2',
    '1127.0.0.1',
    '127.0.0.1.evil',
    '::ffff:10.0.0.1',
    '',
    undefined,
  ])('not %s', (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});
