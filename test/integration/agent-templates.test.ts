import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fileAt, planOf } from '../support/agent/plans.ts';
import { ScriptedStores } from '../support/agent/scripted-stores.ts';
import {
  entryOf,
  externalSecretAt,
  refOf,
  templateAt,
  valuesTemplate,
} from '../support/agent/template-plans.ts';
import { runPlan, shown, twoStores } from '../support/agent/template-runs.ts';
import { minute, unavailable } from '../support/agent/three-stores.ts';
import { visibleFiles } from '../support/agent/volume.ts';

describe('files of several secrets', () => {
  const plan = planOf({
    ...twoStores,
    files: [
      fileAt('user', { property: 'user' }),
      externalSecretAt({
        entries: [entryOf('user', { property: 'user' }), entryOf('host', { source: 1 })],
        templates: [valuesTemplate('dsn', '{{ .user }}@{{ .host }}')],
      }),
      templateAt('config', '{{ (secretData "a").user }} {{ secret "b" }}', [
        refOf('a'),
        refOf('b', { source: 1 }),
      ]),
    ],
  });
  const generation = (user: string, host: string) => ({
    user,
    config: `${user} ${host}`,
    'app/user': user,
    'app/host': host,
    'app/dsn': `${user}@${host}`,
  });

  test('stand there from the start and follow each of them', async () => {
    const stores = new ScriptedStores({ 'one/a': '{"user":"u1"}', 'two/b': 'h1' });
    const pod = await runPlan(plan, stores);
    expect(visibleFiles(pod.folder)).toEqual(generation('u1', 'h1'));
    stores.answers.set('one/a', '{"user":"u2"}');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual(generation('u2', 'h1'));
    stores.answers.set('two/b', 'h2');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual(generation('u2', 'h2'));
  });

  test('all keep what they are where one of them cannot be made, and say why without a value', async () => {
    const stores = new ScriptedStores({ 'one/a': '{"user":"u1"}', 'two/b': 'h1' });
    const pod = await runPlan(plan, stores);
    stores.answers.set('one/a', '{"usr":"hunter2"}');
    stores.answers.set('two/b', 'h2');
    await pod.clock.advance(minute);
    // The other secret moves on with the last good one.
    expect(visibleFiles(pod.folder)).toEqual(generation('u1', 'h2'));
    expect(shown(pod).map(({ file, key, stale }) => [file, key, stale])).toEqual([
      ['user', 'a', true],
      ['app', 'a', true],
      ['app', 'b', true],
      ['config', 'a', true],
      ['config', 'b', true],
    ]);
    expect(shown(pod)[1]?.error).toEqual({
      code: 'not_found',
      message: 'ExternalSecret "app": data: key "user": the secret has no property "user"',
    });
    expect(JSON.stringify([pod.agent.status(), pod.lines])).not.toContain('hunter2');
    stores.answers.set('one/a', '{"user":"u3"}');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual(generation('u3', 'h2'));
    expect(shown(pod).every(({ stale, error }) => !stale && error === null)).toBe(true);
  });

  test('that fit only with the other store’s new secret wait for it', async () => {
    const choosing = planOf({
      ...twoStores,
      files: [
        fileAt('a'),
        fileAt('b', { source: 1 }),
        templateAt(
          'c',
          '{{ index (dict "1" "x1" "2" "x2") (secret "a") }}{{ if ne (secret "a") (secret "b") }}{{ fail "apart" }}{{ end }}',
          [refOf('a'), refOf('b', { source: 1 })],
        ),
      ],
    });
    const stores = new ScriptedStores({ 'one/a': '1', 'two/b': '1' });
    const pod = await runPlan(choosing, stores);
    expect(visibleFiles(pod.folder)).toEqual({ a: '1', b: '1', c: 'x1' });
    stores.answers.set('one/a', '2');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual({ a: '1', b: '1', c: 'x1' });
    stores.answers.set('two/b', '2');
    await pod.clock.advance(minute);
    expect(visibleFiles(pod.folder)).toEqual({ a: '2', b: '2', c: 'x2' });
  });

  test('that fail for good end the start, which names the ExternalSecret', async () => {
    const stores = new ScriptedStores({ 'one/a': '{"usr":"hunter2"}', 'two/b': 'h1' });
    const pod = await runPlan(plan, stores);
    expect((await pod.ending).lines).toEqual([
      'user (key "a" of SecretStore/one): not_found: the secret has no property "user"',
    ]);
    const folderOnly = planOf({ ...plan, files: plan.files.slice(1) });
    const other = await runPlan(folderOnly, stores);
    expect((await other.ending).lines).toEqual([
      'app (key "a" of SecretStore/one): not_found: ExternalSecret "app": data: key "user": the secret has no property "user"',
      'config: invalid: template: config:1:15: executing "config" at <"a">: map has no entry for key "user"',
    ]);
  });

  test('go on after a restart without a read and without a new generation, also in an outage', async () => {
    const stores = new ScriptedStores({ 'one/a': '{"user":"u1"}', 'two/b': 'h1' });
    const first = await runPlan(plan, stores);
    await first.stop();
    stores.answers.set('one/a', unavailable);
    const second = await runPlan(plan, stores, { root: first.root, clock: first.clock });
    expect([second.agent.status(), visibleFiles(second.folder)]).toMatchObject([
      { generation: 1 },
      generation('u1', 'h1'),
    ]);
    stores.answers.set('two/b', 'h2');
    await second.clock.advance(minute);
    expect(visibleFiles(second.folder)).toEqual(generation('u1', 'h2'));
  });

  test('never mix after the state was lost: all wait for what is not known yet', async () => {
    const stores = new ScriptedStores({ 'one/a': '{"user":"u1"}', 'two/b': 'h1' });
    const first = await runPlan(plan, stores);
    await first.stop();
    rmSync(join(first.root, 'keyferry/state/state.json'));
    stores.answers.set('one/a', '{"user":"u2"}');
    stores.answers.set('two/b', unavailable);
    const second = await runPlan(plan, stores, { root: first.root, clock: first.clock });
    expect(visibleFiles(second.folder)).toEqual(generation('u1', 'h1'));
    expect(shown(second).every(({ stale }) => stale)).toBe(true);
    stores.answers.set('two/b', 'h2');
    await second.clock.advance(5 * minute);
    expect(visibleFiles(second.folder)).toEqual(generation('u2', 'h2'));
  });
});
