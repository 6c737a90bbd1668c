import { describe, expect, test } from '@jest/globals';
import { withCurrentCredentials } from '../../../../broker/stores/current-credentials.ts';
import { providerError, type ProviderError } from '../../../../lib/provider-error.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { err, ok, type Result } from '../../../../lib/result.ts';
import type { Provider, ReadOutcome } from '../../../../providers/provider.ts';

const source = { store: 0, key: 'db', intervalSeconds: 60 };
const { signal } = new AbortController();

/** A backend whose providers answer with their number, and one at a time where told to wait. */
const start = () => {
  let current: Result<string, ProviderError> = ok('one');
  const closed: number[] = [];
  const waiting: (() => void)[] = [];
  let count = 0;
  let waits = false;
  const open = (): Promise<Provider> => {
    count += 1;
    const number = count;
    const answer = (): readonly ReadOutcome[] => [ok({ bytes: new Redacted(Buffer.from(String(number))) })];
    return Promise.resolve({
      read: async () => {
        if (waits) await new Promise<void>((resolve) => waiting.push(resolve));
        return answer();
      },
      close: () => closed.push(number),
    });
  };
  const provider = withCurrentCredentials({ fingerprint: () => Promise.resolve(current), open });
  const read = async (): Promise<string> => {
    const [outcome] = await provider.read([source], signal);
    return outcome?.ok === true ? outcome.value.bytes.reveal().toString() : (outcome?.error.code ?? '');
  };
  return {
    provider,
    read,
    closed,
    opened: () => count,
    set: (next: typeof current) => {
      current = next;
    },
    hold: () => {
      waits = true;
    },
    release: () => {
      waits = false;
      for (const go of waiting.splice(0)) go();
    },
  };
};

describe('a provider that follows its credentials', () => {
  test('is opened once, and anew when they have changed', async () => {
    const { read, set, closed } = start();
    expect([await read(), await read()]).toEqual(['1', '1']);
    set(ok('two'));
    expect([await read(), await read()]).toEqual(['2', '2']);
    expect(closed).toEqual([1]);
  });

  test('is opened once for all who read at the same time', async () => {
    const { read, set, opened } = start();
    expect(await Promise.all([read(), read()])).toEqual(['1', '1']);
    set(ok('two'));
    expect(await Promise.all([read(), read(), read()])).toEqual(['2', '2', '2']);
    expect(opened()).toBe(2);
  });

  test('lets reads end that are under way when it is replaced', async () => {
    const { read, set, closed, hold, release } = start();
    await read();
    hold();
    const old = read();
    await Promise.resolve();
    set(ok('two'));
    const fresh = read();
    await new Promise(setImmediate);
    expect(closed).toEqual([]);
    release();
    expect([await old, await fresh]).toEqual(['1', '2']);
    expect(closed).toEqual([1]);
  });

  test.each(['unavailable', 'timeout', 'throttled'] as const)(
    'is gone on with where its credentials cannot be seen just now (%s), if there is one',
    async (code) => {
      const { read, set } = start();
      set(err(providerError(code, 'later')));
      expect(await read()).toBe(code);
      set(ok('one'));
      expect(await read()).toBe('1');
      set(err(providerError(code, 'later')));
      expect(await read()).toBe('1');
    },
  );

  test.each(['denied', 'not_found', 'unauthenticated', 'invalid'] as const)(
    'is not gone on with where they were taken away (%s)',
    async (code) => {
      const { read, set } = start();
      expect(await read()).toBe('1');
      set(err(providerError(code, 'gone')));
      expect(await read()).toBe(code);
    },
  );

  test('cannot tell of changes where its backend cannot', async () => {
    const { provider, set } = start();
    const known = [{ source, version: '1' }];
    expect(await provider.check?.(known, signal)).toEqual([ok(undefined)]);
    set(err(providerError('denied', 'gone')));
    expect(await provider.check?.(known, signal)).toEqual([err(providerError('denied', 'gone'))]);
  });

  test('is closed with what it has opened, and opens nothing afterwards', async () => {
    const { provider, read, closed, opened } = start();
    await read();
    provider.close();
    expect(closed).toEqual([1]);
    expect(await read()).toBe('unavailable');
    expect(opened()).toBe(1);
  });

  test('that is closed while it is opened is closed when it is', async () => {
    const opening = Promise.withResolvers<Provider>();
    const closed: string[] = [];
    const provider = withCurrentCredentials({
      fingerprint: () => Promise.resolve(ok('one')),
      open: () => opening.promise,
    });
    const reading = provider.read([source], signal);
    await new Promise(setImmediate);
    provider.close();
    opening.resolve({ read: () => Promise.resolve([]), close: () => closed.push('inner') });
    await reading;
    expect(closed).toEqual(['inner']);
  });
});
