import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from '@jest/globals';
import { guardedLookup, RefusedAddressError } from '../../../../providers/http/guarded-lookup.ts';

type Answer = string | readonly LookupAddress[];

const lookup = (answers: readonly string[], all: boolean): Promise<Answer> =>
  new Promise((resolve, reject) => {
    guardedLookup((_hostname, _options, callback) => {
      callback(
        null,
        answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    })('store.test', { all }, (error, address) => {
      if (error === null) resolve(address);
      else reject(error);
    });
  });

describe('the lookup of a guarded connection', () => {
  test('gives every address where all are asked for, and the first where one is', async () => {
    expect(await lookup(['10.0.0.1', 'fd12::1'], true)).toEqual([
      { address: '10.0.0.1', family: 4 },
      { address: 'fd12::1', family: 6 },
    ]);
    expect(await lookup(['10.0.0.1', 'fd12::1'], false)).toBe('10.0.0.1');
  });

  test.each([true, false])('refuses a metadata address among others (all: %s)', async (all) => {
    await expect(lookup(['10.0.0.1', '169.254.169.254'], all)).rejects.toThrow(RefusedAddressError);
  });

  test('a name without addresses is not found', async () => {
    await expect(lookup([], true)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test.each([[[]], [undefined]])('hands a failed resolution on that comes with %j', async (addresses) => {
    const failing = new Promise((_resolve, reject) => {
      guardedLookup((_hostname, _options, callback) => {
        callback(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), addresses);
      })('store.test', { all: true }, reject);
    });
    await expect(failing).rejects.toMatchObject({ code: 'EAI_AGAIN' });
  });

  // A thrown error in there would end the process.
  test("hands on what the machine's own resolver says of a name that nobody has", async () => {
    const failing = new Promise((_resolve, reject) => {
      guardedLookup()('nobody.invalid', { all: true }, reject);
    });
    await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/u) });
  });
});
