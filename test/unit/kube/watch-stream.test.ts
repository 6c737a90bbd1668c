import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MalformedEventError, watchEvents, type WatchEvent } from '../../../lib/kube/watch-stream.ts';

async function* inPieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    yield await Promise.resolve(bytes.subarray(from, to));
    from = to;
  }
}
const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<WatchEvent[]> => {
  const events: WatchEvent[] = [];
  for await (const event of watchEvents(chunks)) events.push(event);
  return events;
};
const read = (text: string, cuts: readonly number[] = []): Promise<WatchEvent[]> =>
  collect(inPieces(new TextEncoder().encode(text), cuts));

test('however the bytes are cut up, the events are the same', async () => {
  const event = fc.record({
    type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'),
    object: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event), fc.array(fc.nat()), async (events, cuts) => {
      const text = events.map((one) => `${JSON.stringify(one)}\n`).join('');
      expect(JSON.stringify(await read(text, cuts))).toBe(JSON.stringify(events));
    }),
  );
});

test('an unfinished last line is dropped', async () => {
  expect(await read('{"type":"ADDED","object":{}}\n\n{"type":"DELE')).toEqual([
    { type: 'ADDED', object: {} },
  ]);
});

test.each(['{]\n', '1\n', 'null\n', '{"type":"OTHER","object":{}}\n', '{"type":"ADDED"}\n'])(
  '%j is an error',
  async (line) => {
    await expect(read(line)).rejects.toThrow(MalformedEventError);
  },
);

test('a line without an end is not read for ever', async () => {
  const chunk = new Uint8Array(1024 * 1024).fill(32);
  async function* long(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 20; count += 1) yield await Promise.resolve(chunk);
  }
  await expect(collect(long())).rejects.toThrow('a line without an end');
});
