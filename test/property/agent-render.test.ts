import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeValue } from '../../lib/decode-value.ts';
import { assemble } from '../../agent/core/generation.ts';
import { terminationMessage } from '../../agent/core/termination-message.ts';
import { Memories } from '../../agent/memories.ts';
import { filePathProblem } from '../../lib/file-path.ts';
import { Redacted } from '../../lib/redacted.ts';
import { ok } from '../../lib/result.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import { renderDocument } from '../support/agent/renderings.ts';
import { ManualClock } from '../support/manual-clock.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

describe('decoding', () => {
  test('gives back what was encoded, wrapped or not', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom('base64', 'base64url'), (value, alphabet) => {
        const text = value.toString(alphabet);
        const wrapped = text.replaceAll(/.{20}/g, '$&\n');
        expect(decodeValue(Buffer.from(wrapped), alphabet)).toEqual({ ok: true, value });
        const padded = text.padEnd(Math.ceil(text.length / 4) * 4, '=');
        expect(decodeValue(Buffer.from(padded), 'auto')).toEqual({ ok: true, value });
      }),
    );
  });

  test('takes only what encodes to itself again, and auto takes everything', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.base64String().map((text) => Buffer.from(text)),
        ),
        (value) => {
          const decoded = decodeValue(value, 'base64');
          const bare = value.toString('latin1').replaceAll(/[\r\n]/g, '');
          if (decoded.ok) expect(decoded.value.toString('base64').length).toBe(bare.length);
          expect(decodeValue(value, 'auto').ok).toBe(true);
        },
      ),
    );
  });
});

describe('rendering', () => {
  test('any document makes files below their folder, or an error', () => {
    const document = fc.oneof(
      fc.json(),
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.string(),
    );
    fc.assert(
      fc.property(document, (text) => {
        const rendering = renderDocument(fileAt('folder', { kind: 'extract' }), text);
        if (!rendering.ok) {
          expect(rendering.error.code).toBe('invalid');
          return;
        }
        for (const { path } of rendering.value.files) {
          expect(filePathProblem(path)).toBeUndefined();
          expect(path.split('/')).toHaveLength(2);
          expect(path.startsWith('folder/')).toBe(true);
        }
      }),
    );
  });
});

describe('what moves together', () => {
  const plan = planOf({
    sources: [sourceOf('a'), sourceOf('b')],
    files: [
      fileAt('user', { property: 'user' }),
      fileAt('password', { property: 'password' }),
      fileAt('ca', { property: 'ca', optional: true }),
      fileAt('b', { source: 1 }),
    ],
  });
  const fields = fc.record(
    { user: fc.constantFrom('u1', 'u2', 'u3'), password: fc.string(), ca: fc.string() },
    { requiredKeys: [] },
  );

  test('user and password are always of one document, whatever came', () => {
    fc.assert(
      fc.property(fc.array(fields), (documents) => {
        const memories = new Memories(plan, new ManualClock());
        let published = new Map<string, Redacted<Buffer>>();
        let last: { user?: string; password?: string } | undefined;
        for (const document of documents) {
          const bytes = new Redacted(Buffer.from(JSON.stringify(document)));
          const errors = memories.take({ reads: [{ index: 0, outcome: ok({ bytes }) }], renewals: [] });
          if (errors.size === 0) last = document;
          const { files } = assemble(plan, memories.renderings, published);
          published = new Map(files.map((file) => [file.path, file.bytes]));
          expect(published.get('user')?.reveal().toString()).toBe(last?.user);
          expect(published.get('password')?.reveal().toString()).toBe(last?.password);
        }
      }),
    );
  });
});

describe('the termination message', () => {
  test('is never longer than the kubelet takes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 5_000 }),
        fc.array(fc.string({ maxLength: 2_000 })),
        (headline, lines) => {
          expect(Buffer.byteLength(terminationMessage(headline, lines))).toBeLessThanOrEqual(4096);
        },
      ),
    );
  });
});
