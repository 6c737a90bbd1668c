import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assemble } from '../../agent/core/generation.ts';
import { renderFile } from '../../agent/core/render.ts';
import { decodeState, emptyState, encodeState } from '../../agent/core/state-format.ts';
import type { Templates } from '../../agent/core/tools.ts';
import { Memories } from '../../agent/memories.ts';
import { filePathProblem } from '../../lib/file-path.ts';
import { encodeFoundSecrets } from '../../lib/found-secrets.ts';
import type { PlanRewrite } from '../../lib/plan.ts';
import { providerError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok } from '../../lib/result.ts';
import type { ReadOutcome } from '../../providers/provider.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import { inputsOf } from '../support/agent/renderings.ts';
import {
  entryOf,
  externalSecretAt,
  mapTemplate,
  refOf,
  setOf,
  templateAt,
  templatesFor,
  valuesTemplate,
} from '../support/agent/template-plans.ts';
import { ManualClock } from '../support/manual-clock.ts';

const credential = (source: number) => [
  entryOf(`user${source}`, { source, property: 'user' }),
  entryOf(`password${source}`, { source, property: 'password' }),
];

/** Each file shows all that it has of a source as `<source>=<number>`, several times. */
const plan = planOf({
  sources: [sourceOf('a'), sourceOf('b'), sourceOf('c')],
  files: [
    fileAt('user', { property: 'user' }),
    fileAt('password', { property: 'password' }),
    templateAt('both', '{{ (secretData "a").user }} {{ secret "b#p" }}', [
      refOf('a'),
      refOf('b#p', { source: 1, property: 'password' }),
    ]),
    externalSecretAt({
      entries: [...credential(0), ...credential(1)],
      templates: [
        valuesTemplate('dsn', '{{ .user0 }} {{ .password0 }} {{ .user1 }} {{ randAlpha 8 }}'),
        mapTemplate('more: {{ .password1 }}'),
      ],
    }),
    externalSecretAt({
      path: 'removing',
      name: 'removing',
      whenGone: 'remove',
      sets: [setOf({ source: 2 })],
      entries: credential(1),
    }),
    templateAt('maybe', '{{ secret "c#u" }} {{ secret "b#u" }}', [
      refOf('c#u', { source: 2, property: 'user', optional: true }),
      refOf('b#u', { source: 1, property: 'user' }),
    ]),
  ],
});

let templates: Templates;
beforeAll(async () => {
  templates = await templatesFor(plan);
});

/** What a store may say of a source: both fields of one rotation, one of them, nothing of use, or a failure. */
const answers = fc.oneof(
  { weight: 6, arbitrary: fc.constant('whole') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'user alone',
      'password alone',
      'text',
      'empty',
      'not_found',
      'denied',
      'unavailable',
    ),
  },
);
const pass = fc.record({
  sources: fc.array(fc.record({ source: fc.nat(2), answer: answers }), { minLength: 1, maxLength: 4 }),
});
const step = fc.oneof(
  { weight: 8, arbitrary: pass },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  { weight: 1, arbitrary: fc.constant('restart without the state' as const) },
);

const outcomeOf = (source: number, answer: string, rotation: number): ReadOutcome => {
  const mark = `${source}=${rotation}`;
  const documents = new Map<string, string>([
    ['whole', JSON.stringify({ user: mark, password: mark })],
    ['user alone', JSON.stringify({ user: mark })],
    ['password alone', JSON.stringify({ password: mark })],
    ['text', mark],
    ['empty', '{}'],
  ]);
  const document = documents.get(answer);
  return document === undefined
    ? err(providerError(answer as 'not_found', 'no'))
    : ok({ bytes: new Redacted(Buffer.from(document)) });
};

/** The rotations of each source that are to be seen in a generation. */
const seenIn = (files: ReadonlyMap<string, Redacted<Buffer>>): ReadonlyMap<string, ReadonlySet<string>> => {
  const seen = new Map<string, Set<string>>();
  for (const bytes of files.values())
    for (const [, source = '', rotation = ''] of bytes
      .reveal()
      .toString()
      .matchAll(/(\d)=(\d+)/g))
      seen.set(source, (seen.get(source) ?? new Set()).add(rotation));
  return seen;
};

/** The state as it comes back from its file. */
const handedOn = (memories: Memories) => {
  const sources = memories.remembered();
  const state = decodeState(encodeState({ ...emptyState, sources, outputs: memories.rememberedOutputs() }));
  if (!state.ok) throw new Error(state.error);
  return state.value;
};

describe('files of several secrets', () => {
  test('are of one rotation of each secret, whatever came, failed or restarted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const clock = new ManualClock();
        let memories = new Memories(plan, clock, templates);
        let published: ReadonlyMap<string, Redacted<Buffer>> = new Map();
        for (const [rotation, current] of steps.entries()) {
          if (typeof current === 'string') {
            const state = handedOn(memories);
            memories = new Memories(plan, clock, templates);
            if (current === 'restart') memories.restore(state.sources, state.outputs);
          } else {
            const reads = new Map(current.sources.map(({ source, answer }) => [source, answer]));
            memories.take({
              reads: [...reads].map(([index, answer]) => ({
                index,
                outcome: outcomeOf(index, answer, rotation),
              })),
              renewals: [],
            });
          }
          const before = published;
          if (published.size === 0) memories.settle();
          const assembly = assemble(plan, memories.renderings, published);
          if (!assembly.complete) continue;
          published = new Map(assembly.files.map((file) => [file.path, file.bytes]));
          for (const [source, rotations] of seenIn(published))
            expect([source, [...rotations]]).toEqual([source, [expect.any(String)]]);
          if (current === 'restart')
            expect([...published].map(([path, bytes]) => [path, bytes.reveal().toString()])).toEqual(
              before.size === 0
                ? expect.anything()
                : [...before].map(([path, bytes]) => [path, bytes.reveal().toString()]),
            );
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an ExternalSecret', () => {
  const rules: fc.Arbitrary<PlanRewrite> = fc.oneof(
    fc.record({
      kind: fc.constant('merge' as const),
      strategy: fc.constantFrom('Extract' as const, 'JSON' as const),
      into: fc.constantFrom('all', '../all'),
      priority: fc.array(fc.string({ maxLength: 4 }), { maxLength: 2 }),
      priorityPolicy: fc.constantFrom('Strict' as const, 'IgnoreNotFound' as const),
      conflictPolicy: fc.constantFrom('Error' as const, 'Ignore' as const),
    }),
    fc.record({
      kind: fc.constant('transform' as const),
      template: fc.constantFrom('{{ .value }}', '../{{ .value }}'),
    }),
  );

  test('makes files in its folder or fails, whatever it is made of', async () => {
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc.dictionary(fc.string(), fc.json()).map((value) => JSON.stringify(value)),
    );
    const find = fc
      .dictionary(fc.string({ unit: 'binary' }), text)
      .map((value) =>
        encodeFoundSecrets(
          new Map(Object.entries(value).map(([name, secret]) => [name, Buffer.from(secret)])),
        ).toString(),
      );
    const sets = fc.array(
      fc.record({
        kind: fc.constantFrom('extract' as const, 'find' as const),
        conversion: fc.constantFrom('Default' as const, 'Unicode' as const),
        rewrite: fc.array(rules, { maxLength: 2 }),
        refuseNullBytes: fc.boolean(),
      }),
      { maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(sets, fc.oneof(text, find), async (parts, document) => {
        const file = externalSecretAt({
          sets: parts.map((part) => setOf(part)),
          templates: [mapTemplate('{{ toYaml . }}')],
        });
        const opened = await templatesFor(planOf({ files: [file] }));
        const rendering = renderFile(file, inputsOf({ 0: document }), opened.begin(new Map()));
        if (rendering?.ok !== true) {
          expect(rendering?.error.message).toMatch(/^ExternalSecret "app": /);
          return;
        }
        for (const { path } of rendering.value.files) {
          expect(filePathProblem(path)).toBeUndefined();
          expect(path).toMatch(/^app\/[^/]+$/u);
        }
      }),
      { numRuns: 300 },
    );
  });
});
