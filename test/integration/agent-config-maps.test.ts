import { rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { makePod, type RunningAgent } from '../support/agent/in-process.ts';
import { fileAt, planOf } from '../support/agent/plans.ts';
import { ScriptedStores } from '../support/agent/scripted-stores.ts';
import { entryOf, externalSecretAt } from '../support/agent/template-plans.ts';
import { runPlan, shown, twoStores } from '../support/agent/template-runs.ts';
import { minute } from '../support/agent/three-stores.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { untilAdvancing } from '../support/until.ts';

describe('templates of ConfigMaps', () => {
  const from = { kind: 'config-map', name: 'shared', key: 'dsn' } as const;
  const plan = planOf({
    ...twoStores,
    files: [
      externalSecretAt({ entries: [entryOf('a')], templates: [{ as: 'Values', key: 'dsn', from }] }),
      fileAt('b', { source: 1 }),
    ],
  });
  const write = (root: string, text: string): void => {
    const path = join(root, 'keyferry/identity/configmaps/shared/dsn');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const showsDsn = (pod: RunningAgent, text: string): Promise<void> =>
    untilAdvancing(pod.clock, () => visibleFiles(pod.folder)['app/dsn'] === text, {
      what: `dsn ${text}`,
      step: 2_500,
    });

  test('are rendered anew when they change, and kept where the new one is no good', async () => {
    const root = makePod();
    write(root, 'x-{{ .a }}');
    const pod = await runPlan(plan, new ScriptedStores({ 'one/a': '1', 'two/b': '2' }), { root });
    await showsDsn(pod, 'x-1');
    write(root, 'y-{{ .a | upper }}');
    await showsDsn(pod, 'y-1');
    write(root, '{{ .hunter }}');
    await untilAdvancing(pod.clock, () => shown(pod)[0]?.stale === true, { step: 2_500 });
    expect(visibleFiles(pod.folder)['app/dsn']).toBe('y-1');
    expect(shown(pod)[0]?.error?.message).toBe(
      'ExternalSecret "app": ConfigMap "shared", key "dsn": template: dsn:1:3: executing "dsn" at <.hunter>: map has no entry for key "hunter"',
    );
    write(root, 'z-{{ .a }}');
    await showsDsn(pod, 'z-1');
    expect(shown(pod)[0]).toMatchObject({ stale: false, error: null });
  });

  test('are waited for until the start’s time is over, which says what is missing', async () => {
    const pod = await runPlan(plan, new ScriptedStores({ 'one/a': '1', 'two/b': '2' }));
    expect(pod.ended()).toBeUndefined();
    await untilAdvancing(pod.clock, () => pod.ended() !== undefined);
    expect(pod.ended()?.lines).toEqual([
      'app: unavailable: there is no key "dsn" in a ConfigMap "shared" of the namespace "payments" yet',
    ]);
  });

  test('that are gone later leave the files as they are, stale', async () => {
    const root = makePod();
    write(root, 'x-{{ .a }}');
    const stores = new ScriptedStores({ 'one/a': '1', 'two/b': '2' });
    const pod = await runPlan(plan, stores, { root });
    await showsDsn(pod, 'x-1');
    rmSync(join(root, 'keyferry/identity/configmaps'), { recursive: true });
    stores.answers.set('one/a', '3');
    await pod.clock.advance(minute);
    await showsDsn(pod, 'x-3');
    expect(shown(pod)[0]).toMatchObject({ stale: true, error: { code: 'unavailable' } });
  });
});
