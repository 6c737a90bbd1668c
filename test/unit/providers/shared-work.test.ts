import { describe, expect, test } from '@jest/globals';
import type { ProviderError } from '../../../lib/provider-error.ts';
import { ok, type Result } from '../../../lib/result.ts';
import { SharedWork } from '../../../providers/shared-work.ts';

const signal = new AbortController().signal;

describe('work that several ask for', () => {
  test('is done once for all who ask meanwhile, and anew afterwards', async () => {
    const work = new SharedWork<number>('the login');
    let begun = 0;
    const count = (): Promise<Result<number, ProviderError>> => Promise.resolve(ok((begun += 1)));
    expect(await Promise.all([work.join(count, signal), work.join(count, signal)])).toEqual([ok(1), ok(1)]);
    expect(await work.join(count, signal)).toEqual(ok(2));
  });

  test('goes on for the others when one of them gives up', async () => {
    const work = new SharedWork<string>('the login');
    const { promise, resolve } = Promise.withResolvers<Result<string, ProviderError>>();
    const impatient = new AbortController();
    const first = work.join(() => promise, impatient.signal);
    const second = work.join(() => promise, signal);
    impatient.abort();
    const cancelled = { ok: false, error: { code: 'timeout', message: 'the login was cancelled' } };
    expect(await first).toEqual(cancelled);
    expect(await work.join(() => promise, impatient.signal)).toEqual(cancelled);
    resolve(ok('done'));
    expect(await second).toEqual(ok('done'));
  });

  test('is done anew after it threw', async () => {
    const work = new SharedWork<string>('the login');
    await expect(work.join(() => Promise.reject(new Error('a bug')), signal)).rejects.toThrow('a bug');
    expect(await work.join(() => Promise.resolve(ok('done')), signal)).toEqual(ok('done'));
  });
});
