import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../lib/provider-error.ts';
import { planOf, sourceOf } from '../support/agent/plans.ts';
import { ScriptedStores } from '../support/agent/scripted-stores.ts';
import {
  externalSecretAt,
  refOf,
  setOf,
  templateAt,
  valuesTemplate,
} from '../support/agent/template-plans.ts';
import { notFound, runPlan, shown, twoStores } from '../support/agent/template-runs.ts';
import { minute, unavailable } from '../support/agent/three-stores.ts';
import { visibleFiles } from '../support/agent/volume.ts';

describe('optional refs of a template', () => {
  const plan = planOf({
    ...twoStores,
    files: [
      templateAt('c', '{{ secret "a" }}[{{ secret "b" }}]', [
        refOf('a'),
        refOf('b', { source: 1, optional: true }),
      ]),
    ],
  });

  test.each([
    ['not_found', notFound],
    ['unavailable', unavailable],
  ])('that are missing (%s) are empty, come when they come, and then stay', async (_code, error) => {
    const stores = new ScriptedStores({ 'one/a': '1', 'two/b': error });
    const pod = await runPlan(plan, stores);
    expect(visibleFiles(pod.folder)).toEqual({ c: '1[]' });
    expect(shown(pod).map(({ stale }) => stale)).toEqual([false, false]);
    stores.answers.set('one/a', '2');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual({ c: '2[]' });
    stores.answers.set('two/b', 'x');
    await pod.clock.advance(5 * minute);
    expect(visibleFiles(pod.folder)).toEqual({ c: '2[x]' });
    stores.answers.set('two/b', error);
    stores.answers.set('one/a', '3');
    await pod.clock.advance(5 * minute);
    expect(visibleFiles(pod.folder)).toEqual({ c: '3[x]' });
    expect(shown(pod).some(({ stale }) => stale)).toBe(true);
  });

  test('that do not answer are given a moment, and are remembered as missing by the next process', async () => {
    const stores = new ScriptedStores({ 'one/a': '1' });
    stores.hanging.add('two');
    const pod = await runPlan(plan, stores);
    expect(visibleFiles(pod.folder)).toEqual({});
    await pod.clock.advance(3_000);
    expect(visibleFiles(pod.folder)).toEqual({ c: '1[]' });
    await pod.stop();
    const second = await runPlan(plan, stores, { root: pod.root, clock: pod.clock });
    stores.answers.set('one/a', '2');
    await second.clock.advance(minute);
    expect(visibleFiles(second.folder)).toEqual({ c: '2[]' });
  });
});

describe('what templates make anew each time', () => {
  const plan = planOf({
    ...twoStores,
    files: [
      templateAt('token', '{{ secret "a" }}-{{ randAlphaNum 30 }}', [refOf('a')]),
      externalSecretAt({
        sets: [setOf({ source: 1 })],
        templates: [valuesTemplate('at', '{{ .x }} {{ uuidv4 }}')],
      }),
    ],
  });

  test('stays, over refreshes, force-sync and restarts, until an input changes', async () => {
    const stores = new ScriptedStores({ 'one/a': '1', 'two/b': '{"x":"1"}' });
    const pod = await runPlan(plan, stores);
    const first = visibleFiles(pod.folder);
    expect(first).toMatchObject({ token: expect.stringMatching(/^1-\w{30}$/) });
    await pod.clock.advance(3 * minute);
    pod.agent.refreshNow();
    await pod.clock.advance(minute);
    await pod.stop();
    const second = await runPlan(plan, stores, { root: pod.root, clock: pod.clock });
    await second.clock.advance(3 * minute);
    expect([second.agent.status(), visibleFiles(second.folder)]).toMatchObject([{ generation: 1 }, first]);
    stores.answers.set('one/a', '2');
    await second.clock.advance(minute);
    const third = visibleFiles(second.folder);
    expect(third['token']).toMatch(/^2-\w{30}$/);
    expect(third['token']?.slice(2)).not.toBe(first['token']?.slice(2));
    expect(third['app/at']).toBe(first['app/at']);
  });
});

describe('what is found', () => {
  test('is shown by what was looked for', async () => {
    const plan = planOf({
      sources: [sourceOf('', { find: { path: 'team', name: '^db', tags: [{ name: 'a', value: 'b' }] } })],
      files: [externalSecretAt({ sets: [setOf({ kind: 'find' })] })],
    });
    const stores = new ScriptedStores({ 'files/': '{"db":"aGk="}' });
    const pod = await runPlan(plan, stores);
    expect(visibleFiles(pod.folder)).toEqual({ 'app/db': 'hi' });
    expect(shown(pod)[0]?.key).toBe('find path "team" name "^db" tag "a=b"');
    const failing = await runPlan(plan, new ScriptedStores({ 'files/': providerError('denied', 'no') }));
    expect((await failing.ending).lines).toEqual([
      'app (find path "team" name "^db" tag "a=b" of SecretStore/files): denied: no',
    ]);
    expect(failing.lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({
      keys: ['find path "team" name "^db" tag "a=b"'],
    });
  });
});
