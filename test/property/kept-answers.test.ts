import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { outlineOf } from '../../webhook/core/outline.ts';
import { encodeReview } from '../../webhook/core/review.ts';
import { answerReview, goldenAnswers, isKnown } from '../support/answers.ts';
import { decideOn } from '../support/golden-admission.ts';
import { caseNames, loadCase, reviewOf, type GoldenCase } from '../support/golden-case.ts';

interface Container {
  readonly volumeMounts?: readonly object[] | null;
}
type Containers = readonly Container[];

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The review of a golden case as if the API server had called its token volume by this name. */
const withTokenVolume = (golden: GoldenCase, name: string): object => {
  const text = JSON.stringify(golden.review);
  const own = /kube-api-access-[a-z0-9]{5}/.exec(text)?.[0];
  if (own !== undefined) return JSON.parse(text.replaceAll(own, name)) as object;
  const { pod, namespace } = golden;
  const mount = (containers: Containers): Containers =>
    containers.map((container) => ({
      ...container,
      volumeMounts: [...(container.volumeMounts ?? []), { name, mountPath, readOnly: true }],
    }));
  const spec = {
    ...pod.spec,
    volumes: [...(pod.spec?.volumes ?? []), { name, projected: { sources: [] } }],
    containers: mount(pod.spec?.containers ?? []),
  };
  const request = golden.review['request'] as Readonly<Record<string, unknown>>;
  return reviewOf({ ...pod, spec } as never, namespace, { ...request, object: { ...pod, spec } });
};

const tokenVolume = fc
  .string({ unit: fc.constantFrom(...Array.from('bcdfghjklmnpqrstvwxz2456789')), minLength: 5, maxLength: 5 })
  .map((end) => `kube-api-access-${end}`);

const uidIn = (review: object): string => (review as { request: { uid: string } }).request.uid;

/** Pods that are injected, with a token volume. */
const cases = caseNames
  .map(loadCase)
  .filter((golden) => decideOn(withTokenVolume(golden, 'kube-api-access-aaaaa'), golden).kind === 'inject');

describe('kept answers', () => {
  test('to pods that differ in the name of their token volume are to the byte what the decision says', async () => {
    let known = 0;
    for (const golden of cases) {
      await fc.assert(
        fc.asyncProperty(fc.array(tokenVolume, { minLength: 2, maxLength: 3 }), async (names) => {
          const answers = goldenAnswers(golden);
          for (const name of names) {
            const review = withTokenVolume(golden, name);
            known += isKnown(answers, review) ? 1 : 0;
            const scratch = JSON.stringify(encodeReview(uidIn(review), decideOn(review, golden)));
            expect((await answerReview(answers, review)).review).toBe(scratch);
          }
        }),
        { numRuns: 2 },
      );
    }
    // Most were known, or this test shows nothing.
    expect(cases.length).toBeGreaterThan(80);
    expect(known).toBeGreaterThan(cases.length * 2);
  });
});

const field = fc.constantFrom(
  ...['kind', 'apiVersion', 'request', 'uid', 'namespace', 'operation', 'resource', 'subResource'],
  ...['object', 'metadata', 'name', 'generateName', 'annotations', 'spec', 'other', 'a"b', 'c\\', '{', '"'],
);
const leaf = fc.oneof(
  fc.string(),
  fc.constantFrom('payments', 'u-1', '"', '\\"', '}', ',"spec":1'),
  fc.jsonValue(),
);

/** JSON with the names that are looked for in wrong and right places. */
const { node } = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'medium' },
    leaf,
    fc.dictionary(field, tie('node'), { noNullPrototype: true }),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
}));
const objectOf = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.record(fields, { noNullPrototype: true }),
      fc.dictionary(field, node, { maxKeys: 3, noNullPrototype: true }),
      fc.boolean(),
    )
    .map(([wanted, others, first]) =>
      first
        ? { ...others, ...wanted }
        : {
            ...wanted,
            ...Object.fromEntries(Object.entries(others).filter(([name]) => !Object.hasOwn(fields, name))),
          },
    );
const text = fc.constantFrom('u-1', 'payments', 'api-', 'x.y');
const reviews = objectOf({
  kind: node,
  request: objectOf({
    uid: text,
    namespace: text,
    object: objectOf({
      metadata: objectOf({ name: text, generateName: text, annotations: node }),
      spec: node,
    }),
  }),
});

interface Parsed {
  readonly request: {
    readonly uid: string;
    readonly namespace: string;
    readonly subResource?: unknown;
    readonly object: { readonly metadata: { readonly annotations: unknown }; readonly spec: unknown };
  };
}

describe('the outline of a review', () => {
  test('is what a parser finds, whatever else is in the text', () => {
    let outlined = 0;
    fc.assert(
      fc.property(reviews, (review) => {
        const json = JSON.stringify(review);
        const outline = outlineOf(Buffer.from(json).toString('latin1'));
        if (outline === undefined) return;
        outlined += 1;
        const { request } = JSON.parse(json) as Parsed;
        const written = (value: unknown): string =>
          value === undefined ? '' : Buffer.from(JSON.stringify(value)).toString('latin1');
        const { metadata, spec } = request.object;
        expect([outline.uid, outline.namespace]).toEqual([request.uid, request.namespace]);
        expect(outline.pod).toEqual([metadata.annotations, spec].map(written));
        expect(outline.scope[4]).toBe(written(request.subResource));
      }),
      { numRuns: 1000 },
    );
    expect(outlined).toBeGreaterThan(300);
  });

  test('breaks over no text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:\\ax ')) }), (inner) => {
        outlineOf(inner);
        outlineOf(`{"request":{"object":{"metadata":${inner}`);
      }),
    );
  });
});
