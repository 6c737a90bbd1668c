import fc from 'fast-check';
import { annotation, namedSettings, settingNames, unsupportedSettings } from '../../lib/annotation-names.ts';

const goodValues = new Map<string, readonly string[]>(
  Object.entries({
    inject: ['true'],
    store: ['vault-backend', 'platform-vault', 'files', 'aws-secretsmanager'],
    secret: [
      'a/b',
      'a/b#c',
      'platform-vault://a?version=2',
      'platform-vault://pki/issue/web?parameter.common_name=%24(X)',
      'files://x#y',
      'aws-secretsmanager://x?stage=AWSPREVIOUS#y',
      'vault-backend://$(X)?decode=auto&optional=true',
    ],
    extract: ['a/b', 'platform-vault://a'],
    template: [
      '{{ secret "platform-vault://a" }}',
      '{{ (secretData "a/b").c }}$(X)',
      '{{ secret "x#y" | upper }}{{ secret "files://x?optional=true#y" }}',
    ],
    'external-secrets': ['db', 'q', 'db, q'],
    path: ['p', 'q/r', 'constructor'],
    'file-mode': ['0444', '555', '0440'],
    'mount-path': ['/secrets', '/run/x/'],
    containers: ['app'],
    'refresh-interval': ['0', '30s', '1h30m'],
    lifecycle: ['native', 'init', 'init+sidecar', 'sidecar'],
    'start-timeout': ['1s', '60s'],
    after: ['migrate', 'istio-init', 'nobody'],
    'agent-requests-cpu': ['10m', '1'],
    'agent-requests-memory': ['32Mi', '1Gi'],
    'agent-limits-cpu': ['2'],
    'agent-limits-memory': ['2Gi'],
    'agent-port': ['0', '9000'],
  }),
);
const badValues = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    'false',
    '..',
    '%',
    '__proto__',
    'keyferry-refresh',
    '0400',
    'nowhere://a',
    'a?version=x',
    'a?stage=x',
    'aws-secretsmanager://arn:aws:ssm:x',
    'files://a?parameter.b=c',
    '{{ secret .x }}',
    '{{',
    'broken, nobody',
  ),
);
const valueFor = (name: string): fc.Arbitrary<string> => {
  const good = goodValues.get(name.split('.')[0] ?? '') ?? ['x'];
  return fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: badValues });
};
const names = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c.d', 'constructor') },
  { weight: 1, arbitrary: fc.string({ maxLength: 3 }) },
);
/** One file with its settings, which have to be of the same name. */
const file = fc
  .tuple(
    fc.constantFrom('secret', 'secret', 'extract', 'template'),
    names,
    fc.subarray(['path', 'file-mode', 'refresh-interval']),
  )
  .map(([word, name, more]) => [word, ...more].map((setting) => `${setting}.${name}`));
const keys = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...settingNames).map((name) => [name]) },
  { weight: 8, arbitrary: file },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...namedSettings), names).map(([word, name]) => [`${word}.${name}`]),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.constantFrom(...unsupportedSettings, 'secert.a', 'constructor'), fc.string())
      .map((name) => [name]),
  },
);
const ours = fc.array(keys, { maxLength: 4 }).chain((lists) => {
  const all = [...new Set(lists.flat())];
  return fc
    .tuple(...all.map(valueFor))
    .map((chosen) => all.map((name, index) => [annotation(name), chosen[index]] as const));
});
/** Annotations of a pod: most often good ones that go together, and anything else now and then. */
export const annotations = fc
  .tuple(
    fc.integer({ min: 0, max: 9 }),
    ours,
    fc.dictionary(fc.string(), fc.string(), { maxKeys: 1, noNullPrototype: true }),
  )
  .map(([dice, own, others]) => ({
    ...others,
    ...(dice > 0
      ? {
          [annotation('inject')]: 'true',
          [annotation('store')]: 'vault-backend',
          [annotation('secret.x')]: 'x#y',
        }
      : {}),
    ...Object.fromEntries(dice < 9 ? own : []),
  }));
