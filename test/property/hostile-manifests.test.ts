import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderFile } from '../../agent/core/render.ts';
import { openTemplates } from '../../agent/templates.ts';
import { annotation } from '../../lib/annotation-names.ts';
import { readExternalSecret } from '../../lib/external-secrets/read.ts';
import { filePathProblem } from '../../lib/file-path.ts';
import { encodeFoundSecrets } from '../../lib/found-secrets.ts';
import { encodePlan, parsePlan, type Plan } from '../../lib/plan.ts';
import { readStore } from '../../lib/stores/store.ts';
import type { Outcome } from '../../webhook/core/decide.ts';
import { judge } from '../../webhook/core/judge.ts';
import type { Pod } from '../../webhook/core/pod.ts';
import { validate } from '../../webhook/core/validate.ts';
import { inputsOf } from '../support/agent/renderings.ts';
import { testTime } from '../support/agent/template-plans.ts';
import { decideOn } from '../support/golden-admission.ts';
import { loadCase, reviewOf } from '../support/golden-case.ts';
import { asJson, damaged, freePlaces, spec, text, tree } from '../support/hostile-specs.ts';
import { externalSecret, knowing, manifest, secretStore } from '../support/validation.ts';
import { everyProvider, everySpecField } from '../unit/lib/stores/every-field.ts';

const mebibyte = 1024 * 1024;

/** Generous for a busy machine. */
const longestMilliseconds = 10_000;

const inside = 'Canary7f3aSecret';

let generated = 0;

const timed = <T>(manifests: unknown, run: () => T): T => {
  generated += Buffer.byteLength(JSON.stringify(manifests));
  const start = performance.now();
  const result = run();
  expect(performance.now() - start).toBeLessThan(longestMilliseconds);
  return result;
};

const beginsWithAPlace = (sentence: string): boolean => /^(?:spec|metadata)[.[ ]/u.test(sentence);
const namesAnObject = (place: string): boolean =>
  /^(?:SecretStore|ClusterSecretStore|ExternalSecret) /u.test(place);

type Kind = 'ExternalSecret' | 'SecretStore' | 'ClusterSecretStore';

const expectJudged = (kind: Kind, hostile: unknown): void => {
  const judged = manifest(kind, 'hostile', hostile);
  const known = knowing([secretStore(), externalSecret(), judged]);
  const { problems, refusals, warnings } = judge(judged, known);
  const places = [...problems, ...refusals].map(({ place }) => place);
  expect([...places, ...warnings].filter((place) => !namesAnObject(place))).toEqual([]);
  expect(validate({ manifest: judged }, known).kind).toBe(problems.length > 0 ? 'invalid' : 'valid');
};

const aws = loadCase('aws-with-vault-and-file');
const request = Object.fromEntries(
  Object.entries(aws.review['request'] as object).filter(([name]) => name !== 'object'),
);

/** A pod that takes the ExternalSecret, and what else its annotations say. */
const podWith = (annotations: Readonly<Record<string, string>>): Pod => ({
  metadata: {
    name: 'p',
    annotations: {
      [annotation('inject')]: 'true',
      [annotation('external-secrets')]: 'hostile',
      ...annotations,
    },
  },
  spec: {
    serviceAccountName: 'payments-api',
    containers: [{ name: 'app', image: 'registry.example/app:1' }],
  },
});

const decideAbout = (hostile: unknown, annotations: Readonly<Record<string, string>> = {}): Outcome =>
  decideOn(reviewOf(podWith(annotations), aws.namespace, request), {
    ...aws,
    objects: [
      ...aws.objects,
      {
        apiVersion: 'keyferry.dev/v1beta1',
        kind: 'ExternalSecret',
        metadata: { name: 'hostile', namespace: 'payments' },
        spec: hostile,
      },
    ],
  });

const planIn = (outcome: Outcome): Plan | undefined => {
  if (outcome.kind === 'deny') expect(outcome.issues.filter(({ place }) => place === '')).toEqual([]);
  if (outcome.kind !== 'inject') return undefined;
  expect(parsePlan(encodePlan(outcome.plan))).toEqual({ ok: true, value: outcome.plan });
  return outcome.plan;
};

const found = fc
  .dictionary(text, text, { maxKeys: 5 })
  .map((secrets) =>
    encodeFoundSecrets(new Map(Object.entries(secrets).map(([name, value]) => [name, Buffer.from(value)]))),
  );
/** What a store may give for anything. */
const documents = fc.oneof(
  found,
  fc.dictionary(text, text, { maxKeys: 5 }).map((fields) => Buffer.from(JSON.stringify(fields))),
  tree.map((value) => Buffer.from(JSON.stringify(value))),
  fc.constant(Buffer.from(JSON.stringify({ password: inside, '..': inside, 'a/b': inside, [inside]: '{' }))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

/** Renders all of a plan; what fails is an error, and what does not is a file below its own folder. */
const expectRendered = async (plan: Plan, document: Buffer, configMap: string): Promise<void> => {
  const templates = await openTemplates(plan, { now: () => testTime, randomBytes });
  if (!templates.ok) throw new Error(templates.error.join('\n'));
  await templates.value.learn(configMap);
  const inputs = {
    ...inputsOf(Object.fromEntries(plan.sources.map((_, index) => [index, document]))),
    configMap: () => configMap,
  };
  for (const file of plan.files) {
    const rendering = renderFile(file, inputs, templates.value.begin(new Map()));
    if (rendering?.ok === false) expect(typeof rendering.error.message).toBe('string');
    for (const { path } of rendering?.ok === true ? rendering.value.files : []) {
      expect(filePathProblem(path)).toBeUndefined();
      expect(path === file.path || path.startsWith(`${file.path}/`)).toBe(true);
    }
  }
};

describe('a hostile manifest is judged, and each problem has a place', () => {
  test.each([
    ['an ExternalSecret that is damaged', 'ExternalSecret' as const, damaged(spec), 500],
    ['an ExternalSecret of anything', 'ExternalSecret' as const, tree.map(asJson), 100],
    ['a SecretStore of anything', 'SecretStore' as const, tree.map(asJson), 100],
    ...Object.entries(everyProvider).map(
      ([name, provider]) =>
        [
          `a ClusterSecretStore of ${name} that is damaged`,
          'ClusterSecretStore' as const,
          damaged({ ...everySpecField, provider: { [name]: provider } }),
          60,
        ] as const,
    ),
  ])('%s', (_name, kind, specs, numRuns) => {
    fc.assert(
      fc.property(specs, (hostile) => {
        timed(hostile, () => {
          const read = kind === 'ExternalSecret' ? readExternalSecret : readStore;
          const { problems, unusable, warnings } = read({
            kind,
            metadata: { name: 'hostile' },
            spec: hostile,
          });
          expect([...problems, ...unusable, ...warnings].filter((text) => !beginsWithAPlace(text))).toEqual(
            [],
          );
          expectJudged(kind, hostile);
        });
      }),
      { numRuns },
    );
  });
});

describe('a pod with hostile manifests is refused, or gets a plan that the agent can follow', () => {
  test('an ExternalSecret that is damaged, and any secrets', async () => {
    let plans = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(damaged(spec), damaged(spec, text, freePlaces)),
        documents,
        text,
        async (hostile, document, configMap) => {
          const plan = timed(hostile, () => planIn(decideAbout(hostile)));
          if (plan === undefined) return;
          plans += 1;
          await expectRendered(plan, document, configMap);
        },
      ),
      { numRuns: 400 },
    );
    expect(plans).toBeGreaterThan(20);
  });

  test('templates in annotations, and any secrets', async () => {
    const template = fc
      .array(
        fc.oneof(
          text,
          fc.constantFrom(
            '{{ secret "platform-vault://a#b" }}',
            '{{ secretData "platform-vault://a" }}',
            '{{ range $k, $v := secretData "platform-vault://a" }}{{ $k }}{{ $v }}{{ end }}',
            '{{ (secretData "platform-vault://a").__proto__ }}',
            '{{ secret . }}',
          ),
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(template, documents, async (written, document) => {
        const annotations = { [annotation('template.app')]: written };
        const plan = timed(annotations, () => planIn(decideAbout(spec, annotations)));
        if (plan !== undefined) await expectRendered(plan, document, '');
      }),
      { numRuns: 300 },
    );
  });

  test('and this was a mebibyte of them', () => {
    expect(generated).toBeGreaterThan(mebibyte);
  });
});
