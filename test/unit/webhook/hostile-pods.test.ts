import { expect, test } from '@jest/globals';
import { decideOn } from '../../support/golden-admission.ts';
import { loadCase, reviewOf } from '../../support/golden-case.ts';

/** Kubernetes takes 256 KiB of annotations. Whoever may create pods must not be able to keep the webhook busy, or to fill its memory. */
const kibibytes256 = 256 * 1024;
const golden = loadCase('shape-minimal');

const annotated = (entries: Iterable<readonly [string, string]>): Record<string, string> => {
  const annotations: Record<string, string> = { 'keyferry.dev/inject': 'true' };
  let size = 0;
  for (const [name, value] of entries) {
    size += name.length + value.length + 'keyferry.dev/'.length;
    if (size > kibibytes256) break;
    annotations[`keyferry.dev/${name}`] = value;
  }
  return annotations;
};

function* many(
  row: (index: number) => readonly (readonly [string, string])[],
): Generator<readonly [string, string]> {
  for (let index = 0; ; index += 1) yield* row(index);
}

const pad = (index: number, length: number): string => `n${index}`.padEnd(length, 'x');

const refs = (count: number, ref: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `{{ secret "${ref(index)}" }}`).join('');

const names = (count: number): string => Array.from({ length: count }, (_, index) => `e${index}`).join(',');

const hostile: readonly (readonly [string, Record<string, string>])[] = [
  ['many secrets', annotated(many((index) => [[`secret.${index}`, 'platform-vault://a']]))],
  [
    'many secrets on one path',
    annotated(
      many((index) => [
        [`secret.${index}`, 'platform-vault://a'],
        [`path.${index}`, 'p'],
      ]),
    ),
  ],
  [
    'many secrets on one deep path',
    annotated(
      many((index) => [
        [`secret.${index}`, 'platform-vault://a'],
        [`path.${index}`, 'p/'.repeat(500) + String(index)],
      ]),
    ),
  ],
  [
    'many settings for secrets that are not there',
    annotated(
      many((index) => [
        [`secret.${pad(index, 40)}a`, 's://a'],
        [`path.${pad(index, 40)}b`, 'p'],
      ]),
    ),
  ],
  ['many unknown names', annotated(many((index) => [[pad(index, 20), '']]))],
  ['many unknown stores', annotated(many((index) => [[`secret.${index}`, `${pad(index, 20)}://a`]]))],
  [
    'one long name',
    annotated([
      [`secret.${'s'.repeat(100_000)}`, 's://a'],
      [`path.${'p'.repeat(100_000)}`, 'a'],
    ]),
  ],
  ['one long unknown name', annotated([['u'.repeat(200_000), '']])],
  [
    'one long path',
    annotated([
      ['secret.a', 's://a'],
      ['path.a', 'a/'.repeat(100_000)],
    ]),
  ],
  ['one long key', annotated([['secret.a', `platform-vault://${'a/'.repeat(100_000)}b`]])],
  ['one long query', annotated([['secret.a', `platform-vault://a?${'b&'.repeat(100_000)}`]])],
  ['one long parameter', annotated([['secret.a', `platform-vault://a?${'v'.repeat(200_000)}`]])],
  ['one long property', annotated([['secret.a', `platform-vault://a#${'%2E'.repeat(80_000)}`]])],
  [
    'many containers',
    annotated([['containers', Array.from({ length: 40_000 }, (_, index) => `c${index}`).join(',')]]),
  ],
  [
    'many templates',
    annotated(many((index) => [[`template.${index}`, '{{ secret "platform-vault://a" }}']])),
  ],
  [
    'many refs in a template',
    annotated([['template.a', refs(8000, (index) => `platform-vault://a${index}`)]]),
  ],
  ['many bad refs in a template', annotated([['template.a', refs(15_000, () => '')]])],
  ['many unknown stores in a template', annotated([['template.a', refs(8000, (index) => `s${index}://a`)]])],
  ['one deep template', annotated([['template.a', '{{ if true }}'.repeat(20_000)]])],
  ['many parentheses in a template', annotated([['template.a', `{{ ${'('.repeat(200_000)}`]])],
  ['one long action in a template', annotated([['template.a', `{{ ${'1 '.repeat(100_000)}}}`]])],
  ['many ExternalSecrets', annotated([['external-secrets', names(50_000)]])],
  ['as many ExternalSecrets as may be', annotated([['external-secrets', names(100)]])],
  ['one long duration', annotated([['refresh-interval', '1s'.repeat(100_000)]])],
  ['one long duration without a unit', annotated([['refresh-interval', '1'.repeat(200_000)]])],
  ['one long quantity', annotated([['agent-limits-cpu', '1'.repeat(200_000)]])],
  ['one long quantity with a bad end', annotated([['agent-limits-cpu', `${'1'.repeat(200_000)}x`]])],
  ['one long mount path', annotated([['mount-path', '/a'.repeat(100_000)]])],
  ['slashes', annotated([['mount-path', `/a${'/'.repeat(200_000)}b`]])],
];

/** Generous for a slow machine: an attack took tens of seconds. */
const patience = 10_000;

test.each(hostile)('%s: answered in time', (_what, annotations) => {
  const pod = { ...golden.pod, metadata: { ...golden.pod.metadata, annotations } };
  const started = performance.now();
  const outcome = decideOn(
    reviewOf(pod, golden.namespace, { ...(golden.review['request'] as object), object: pod }),
    golden,
  );
  expect(['deny', 'inject']).toContain(outcome.kind);
  expect(performance.now() - started).toBeLessThan(patience);
});
