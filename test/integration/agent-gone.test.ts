import { describe, expect, test } from '@jest/globals';
import { fileAt, planOf } from '../support/agent/plans.ts';
import { ScriptedStores } from '../support/agent/scripted-stores.ts';
import { entryOf, externalSecretAt, valuesTemplate } from '../support/agent/template-plans.ts';
import { notFound, runPlan, shown, twoStores } from '../support/agent/template-runs.ts';
import { minute, unavailable } from '../support/agent/three-stores.ts';
import { visibleFiles } from '../support/agent/volume.ts';

describe('a secret that is gone upstream', () => {
  const folder = externalSecretAt({
    whenGone: 'remove',
    entries: [entryOf('a'), entryOf('b', { source: 1 })],
  });
  const plan = planOf({ ...twoStores, files: [folder, fileAt('kept')] });

  test('takes its files along, and brings them back; what keeps it is stale', async () => {
    const stores = new ScriptedStores({ 'one/a': '1', 'two/b': '2' });
    const pod = await runPlan(plan, stores);
    expect(visibleFiles(pod.folder)).toEqual({ 'app/a': '1', 'app/b': '2', kept: '1' });
    stores.answers.set('one/a', notFound);
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual({ 'app/b': '2', kept: '1' });
    expect(shown(pod)).toMatchObject([
      { file: 'app', key: 'a', gone: true, stale: false, error: { code: 'not_found' } },
      { file: 'app', key: 'b', gone: false, stale: false, error: null },
      { file: 'kept', key: 'a', gone: true, stale: true, error: { code: 'not_found' } },
    ]);
    stores.answers.set('two/b', notFound);
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual({ kept: '1' });
    stores.answers.set('one/a', '1');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual({ 'app/a': '1', kept: '1' });
    expect(
      pod.lines
        .filter(({ text }) => text.startsWith('a secret is'))
        .map(({ text, fields }) => [text, (fields as { key: string }).key]),
    ).toEqual([
      ['a secret is gone from its store', 'a'],
      ['a secret is gone from its store', 'b'],
      ['a secret is back in its store', 'a'],
    ]);
  });

  test('is gone from the start, and for the next process too', async () => {
    const stores = new ScriptedStores({ 'two/b': '2' });
    const lean = planOf({ ...twoStores, files: [folder] });
    const pod = await runPlan(lean, stores);
    expect(visibleFiles(pod.folder)).toEqual({ 'app/b': '2' });
    await pod.stop();
    stores.answers.set('one/a', unavailable);
    stores.answers.set('two/b', unavailable);
    const second = await runPlan(lean, stores, { root: pod.root, clock: pod.clock });
    await second.clock.advance(5 * minute);
    expect(visibleFiles(second.folder)).toEqual({ 'app/b': '2' });
    expect(second.agent.status()).toMatchObject({ generation: 1 });
  });

  test('with nothing left is an empty folder', async () => {
    const pod = await runPlan(planOf({ ...twoStores, files: [folder] }), new ScriptedStores());
    expect([pod.agent.status(), visibleFiles(pod.folder)]).toMatchObject([{ ready: true }, {}]);
  });

  test('that a template needs leaves the files as they are, stale', async () => {
    const needy = planOf({
      ...twoStores,
      files: [{ ...folder, templates: [valuesTemplate('c', '{{ .a }}{{ .b }}')], keepsKeys: false }],
    });
    const stores = new ScriptedStores({ 'one/a': '1', 'two/b': '2' });
    const pod = await runPlan(needy, stores);
    stores.answers.set('one/a', notFound);
    stores.answers.set('two/b', '3');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual({ 'app/c': '13' });
    expect(shown(pod)[0]).toMatchObject({ gone: true, stale: true });
    await pod.stop();
    const second = await runPlan(needy, stores, { root: pod.root, clock: pod.clock });
    expect(visibleFiles(second.folder)).toEqual({ 'app/c': '13' });
    stores.answers.set('one/a', '4');
    await second.clock.advance(minute);
    expect(visibleFiles(second.folder)).toEqual({ 'app/c': '43' });
  });

  test('by a property is gone like one by a key', async () => {
    const byProperty = planOf({
      ...twoStores,
      files: [{ ...folder, entries: [entryOf('x', { property: 'x' }), entryOf('y', { property: 'y' })] }],
    });
    const stores = new ScriptedStores({ 'one/a': '{"x":"1","y":"2"}', 'two/b': '' });
    const pod = await runPlan(byProperty, stores);
    stores.answers.set('one/a', '{"y":"3"}');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual({ 'app/y': '3' });
  });
});
