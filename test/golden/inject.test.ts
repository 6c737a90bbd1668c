import { describe, expect, test } from '@jest/globals';
import { answerTo, decideOn, patchOf, postReview } from '../support/golden-admission.ts';
import { caseNames, inputNames, loadCase, type GoldenCase } from '../support/golden-case.ts';
import { asJson, asYaml, checkFiles } from '../support/golden-files.ts';
import * as invariants from '../support/golden-invariants.ts';
import { bytesOf, reordered, withCanary } from '../support/golden-variants.ts';
import type { Plan } from '../../lib/plan.ts';
import type { Injection, Outcome } from '../../webhook/core/decide.ts';

const leastCases = 100;

const cases = caseNames.map((name) => {
  const golden = loadCase(name);
  invariants.deepFreeze([golden.review, golden.objects, golden.settings]);
  return { name, golden, kind: decideOn(golden.review, golden).kind };
});

test(`there are at least ${leastCases} cases, and each says why`, () => {
  expect(caseNames.length).toBeGreaterThanOrEqual(leastCases);
  expect(cases.filter(({ golden }) => golden.why === '')).toEqual([]);
});

test('the name of a case says how it ends', () => {
  const prefix = { inject: '', skip: 'skip-', deny: 'deny-' };
  const wrong = cases.filter(({ name, kind }) => !name.startsWith(prefix[kind]) && !name.startsWith('seed-'));
  expect(wrong.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([]);
  expect(cases.filter(({ name, kind }) => kind === 'inject' && /^(?:skip|deny)-/.test(name))).toEqual([]);
});

const uidOf = ({ review }: GoldenCase): string => (review['request'] as { uid: string }).uid;

/** What reviewers read of an answer: everything but the patch, which has a file of its own. */
const reviewFile = (golden: GoldenCase, outcome: Outcome): string => {
  const fields = Object.entries(answerTo(uidOf(golden), outcome).response);
  const shown = fields.filter(([name]) => !['uid', 'patch', 'patchType'].includes(name));
  const reason = outcome.kind === 'skip' ? { reason: outcome.reason } : {};
  return asJson({ outcome: outcome.kind, ...reason, ...Object.fromEntries(shown) });
};

const wantedFiles = (golden: GoldenCase, outcome: Outcome): ReadonlyMap<string, string> => {
  const review = ['want.review.json', reviewFile(golden, outcome)] as const;
  if (outcome.kind !== 'inject') return new Map([review]);
  return new Map([
    review,
    ['want.patch.json', asJson(outcome.patch)],
    ['want.pod.yaml', asYaml(outcome.pod)],
    ['want.agent.json', asJson(invariants.plansIn(outcome.pod)[0])],
  ]);
};

const injected = (golden: GoldenCase): Injection => {
  const outcome = decideOn(golden.review, golden);
  if (outcome.kind !== 'inject') throw new Error(`the pod is not injected: ${JSON.stringify(outcome)}`);
  return outcome;
};

describe.each(cases)('$name', ({ golden }) => {
  test('gives what its files want', () => {
    const outcome = decideOn(golden.review, golden);
    checkFiles(golden.folder, wantedFiles(golden, outcome), inputNames);
  });

  test('gives the same through the server', async () => {
    const answer = await postReview(golden.review, golden);
    const wanted = answerTo(uidOf(golden), decideOn(golden.review, golden));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual(wanted);
  });

  test('gives the same bytes whatever the order of annotations and stores', () => {
    expect(bytesOf(reordered(golden))).toBe(bytesOf(decideOn(golden.review, golden)));
  });

  test('shows nothing that is none of its business', async () => {
    const { canary, review, golden: marked } = withCanary(golden);
    const answer = await postReview(review, marked);
    const { response } = JSON.parse(answer.body) as ReturnType<typeof answerTo>;
    const shown = [answer.body, answer.logged, answer.metrics, JSON.stringify(patchOf({ response }))];
    expect(shown.filter((text) => text.includes(canary))).toEqual([]);
  });
});

const withoutTrust = (plan: Plan): Plan =>
  plan.broker === undefined ? plan : { ...plan, broker: { ...plan.broker, trust: '' } };

const injections = cases.filter(({ kind }) => kind === 'inject');

describe.each(injections)('$name, injected', ({ golden }) => {
  test('its patch, applied by another implementation, makes the pod', () => {
    const { pod, patch } = injected(golden);
    const patched = invariants.patchedBy(golden.pod, patch);
    expect(patched).toEqual(JSON.parse(JSON.stringify(pod)));
  });

  test('it stays as it is, whatever else happens to it', () => {
    invariants.expectStable(golden, injected(golden));
  });

  test('nothing of its own is gone or changed', () => {
    invariants.expectAdditive(golden.pod, injected(golden).pod);
  });

  test('it is consistent, and what was added meets Pod Security "restricted"', () => {
    const { pod } = injected(golden);
    invariants.expectConsistent(pod);
    invariants.expectRestricted(pod);
  });

  test("the agent's own parser reads its plan", () => {
    const { pod, plan } = injected(golden);
    const plans = invariants.plansIn(pod);
    expect(plans.length).toBeGreaterThan(0);
    // A pod that was admitted before keeps the broker's certificates of that time.
    for (const found of plans) expect(withoutTrust(found)).toEqual(withoutTrust(plan));
    expect(plan.files.length).toBeGreaterThan(0);
  });
});
