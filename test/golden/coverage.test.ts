import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { makeInstruments } from '../../agent/metrics/instruments.ts';
import {
  namedSettings,
  settingNames,
  unsupportedSettings,
} from '../../lib/annotation-names.ts';
import { annotationPrefix } from '../../lib/names.ts';
import type { ProviderErrorCode } from '../../lib/provider-error.ts';
import { denyCodes, skipReasons } from '../../webhook/core/codes.ts';
import type { Outcome } from '../../webhook/core/decide.ts';
import { createMetrics as createBrokerMetrics } from '../../broker/metrics.ts';
import { followExpiry } from '../../certs/expiry.ts';
import { fixedCertificate } from '../support/golden-admission.ts';
import { createMetrics } from '../../webhook/metrics.ts';
import { decideOn } from '../support/golden-admission.ts';
import { caseNames, loadCase, type GoldenCase } from '../support/golden-case.ts';

const decided = caseNames.map((name): { golden: GoldenCase; outcome: Outcome } => {
  const golden = loadCase(name);
  return { golden, outcome: decideOn(golden.review, golden) };
});

const issues = decided.flatMap(({ outcome }) => (outcome.kind === 'deny' ? outcome.issues : []));

const docs = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8');

/** Names in the first column of the table below a heading. */
const documented = (heading: string): string[] => {
  const section = docs('reference.md').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name).sort();
};

const sorted = (names: Iterable<string>): string[] => [...names].sort();

describe('codes', () => {
  test('every code of a refusal has a case', () => {
    expect(sorted(new Set(issues.map(({ code }) => code)))).toEqual(sorted(Object.keys(denyCodes)));
  });

  test('every reason to leave a pod alone has a case', () => {
    const reasons = decided.flatMap(({ outcome }) => (outcome.kind === 'skip' ? [outcome.reason] : []));
    expect(sorted(new Set(reasons))).toEqual(sorted(Object.keys(skipReasons)));
  });

  test('the reference lists them, and no others', () => {
    expect(documented('Why a pod was refused')).toEqual(sorted(Object.keys(denyCodes)));
    expect(documented('Why a pod was left alone')).toEqual(sorted(Object.keys(skipReasons)));
  });
});

describe('annotations', () => {
  /** An annotation's name as documents write it: `secret.<name>` for all of its kind. */
  const generic = (name: string): string => {
    const [word = '', ...rest] = name.split('.');
    return rest.length === 0 ? name : `${word}.<name>`;
  };
  const ours = (names: readonly string[]): string[] =>
    names
      .filter((name) => name.startsWith(annotationPrefix))
      .map((name) => generic(name.slice(annotationPrefix.length)));
  const supported = [...settingNames, ...namedSettings.map((name) => `${name}.<name>`)];
  const unsupported = unsupportedSettings;

  test('each has a case in which it is valid', () => {
    const valid = decided.flatMap(({ golden, outcome }) =>
      outcome.kind === 'inject' ? ours(Object.keys(golden.pod.metadata?.annotations ?? {})) : [],
    );
    expect(sorted(new Set(valid))).toEqual(sorted(supported));
  });

  test('each has a case in which it is wrong, but for those that take anything', () => {
    const wrong = new Set(ours(issues.map(({ place }) => place)));
    const takeAnything = ['force-sync', 'status'];
    const missing = [...supported, ...unsupported].filter((name) => !wrong.has(name));
    expect(sorted(missing)).toEqual(takeAnything);
  });

  test('the documentation has a chapter for each, and for no others', () => {
    const headings = [...docs('annotations.md').matchAll(/^### `([^`]+)`$/gm)].map(([, name = '']) => name);
    expect(sorted(headings)).toEqual(sorted([...supported, ...unsupported]));
  });
});

describe('the rest of the reference', () => {
  test('lists the metrics of the programs, and no others', async () => {
    const webhook = createMetrics().registry;
    const broker = createBrokerMetrics();
    broker.watchFeeds(() => 0);
    for (const registry of [webhook, broker.registry]) followExpiry(fixedCertificate, registry);
    const servers = [webhook, broker.registry].flatMap((registry) => registry.getMetricsAsArray());
    const gauges = { generation: 0, staleRefs: 0, lastSuccesses: new Map<string, number>() };
    const agent = await makeInstruments(() => gauges).render();
    const agents = [...agent.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
    expect(documented('Metrics')).toEqual(sorted(new Set([...servers.map(({ name }) => name), ...agents])));
  });

  test('lists the error codes of providers, and no others', () => {
    const codes: Record<ProviderErrorCode, true> = {
      not_found: true,
      denied: true,
      unauthenticated: true,
      throttled: true,
      unavailable: true,
      invalid: true,
      timeout: true,
    };
    expect(documented('Provider errors')).toEqual(sorted(Object.keys(codes)));
  });
});

/** Every example of the documentation is what it says: a pod with these annotations is injected. */
describe('examples of docs/annotations.md', () => {
  const minimal = loadCase('shape-init-containers');
  const examples = [...docs('annotations.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  );

  test.each(examples.map((text) => [text]))('%s', (text) => {
    const own = parse(text) as Record<string, string>;
    expect(Object.keys(own).filter((name) => !name.startsWith(annotationPrefix))).toEqual([]);
    expect(Object.values(own).filter((value) => typeof value !== 'string')).toEqual([]);
    const request = minimal.review['request'] as Record<string, unknown>;
    const annotations = { ...minimal.pod.metadata?.annotations, ...own };
    const object = { ...minimal.pod, metadata: { ...minimal.pod.metadata, annotations } };
    const outcome = decideOn({ ...minimal.review, request: { ...request, object } }, minimal);
    expect(outcome.kind === 'deny' ? outcome.issues : outcome.kind).toBe('inject');
  });
});
