import fc from 'fast-check';
import { isObject } from '../../lib/stores/fields.ts';

const hostileTexts = [
  '',
  '..',
  '.',
  '..data',
  'a/../b',
  '/etc/passwd',
  'a\0b',
  '__proto__',
  'constructor',
  'toString',
  '{{',
  '{{ range . }}',
  '{{ .__proto__.constructor }}',
  '{{ repeat 9223372036854775807 "a" }}',
  '{{ template "a" }}',
  '{{ range $k, $v := . }}{{ $k }}: {{ $v | quote }}\n{{ end }}',
  '{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}',
  '&a [*a, *a]',
  '(((((((((',
  '(a*)*b',
  '\\C',
  '$(HOME)',
  '-1s',
  '9223372036854775807h',
  'file:///etc/shadow',
  'http://[::1',
  '..\u2028',
];
/** Texts that stand where other ones are expected. */
export const text = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...hostileTexts), fc.nat(3000))
    .map(([part, count]) => part.repeat(count).slice(0, 20_000)),
);

/** Anything that JSON can hold. */
export const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: false },
    text,
    fc.constantFrom<unknown>(null, true, 0, -1, 1e308, 2 ** 53, {}, []),
    fc.array(tie('tree'), { maxLength: 6 }),
    fc.dictionary(text, tie('tree'), { maxKeys: 6 }),
  ),
}));

/** As it comes from the API server: JSON, where names such as `__proto__` are names. */
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

type Place = readonly string[];

const placesOf = (value: unknown, place: Place = []): readonly Place[] => {
  const children = Array.isArray(value) || isObject(value) ? Object.entries(value) : [];
  return [place, ...children.flatMap(([name, child]) => placesOf(child, [...place, name]))];
};

const replaced = (value: unknown, [name, ...rest]: Place, by: unknown): unknown => {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((child: unknown, index) => (String(index) === name ? replaced(child, rest, by) : child));
  return isObject(value) ? { ...value, [name]: replaced(value[name], rest, by) } : value;
};

/** A value as JSON, with something else in up to three of its places. */
export const damaged = (
  value: unknown,
  by: fc.Arbitrary<unknown> = tree,
  places: readonly Place[] = placesOf(value),
): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.constantFrom(...places), by), { minLength: 1, maxLength: 3 })
    .map((changes) =>
      asJson(changes.reduce((whole, [place, other]) => replaced(whole, place, other), value)),
    );

/** An ExternalSecret's `spec` that is right. */
export const spec = {
  secretStoreRef: { name: 'vault-backend' },
  refreshInterval: '1h',
  target: {
    name: 'db',
    deletionPolicy: 'Delete',
    template: {
      mergePolicy: 'Merge',
      data: { 'a.yaml': '{{ .password | toYaml }}', b: '{{ range $k, $v := . }}{{ $k }}={{ $v }}{{ end }}' },
      templateFrom: [
        { literal: '{{ toYaml . }}', target: 'Data' },
        { configMap: { name: 'templates', items: [{ key: 'k', templateAs: 'KeysAndValues' }] } },
      ],
    },
  },
  data: [
    {
      secretKey: 'password',
      remoteRef: { key: 'payments/db', property: 'password', decodingStrategy: 'Auto' },
    },
  ],
  dataFrom: [
    { extract: { key: 'payments/db' }, rewrite: [{ regexp: { source: '(.*)', target: '../$1' } }] },
    {
      find: { path: 'payments', name: { regexp: '.*' } },
      rewrite: [{ transform: { template: '{{ .value | replace "/" "_" }}' } }, { merge: { into: 'all' } }],
    },
  ],
};

/** Where any text may be right: only the agent finds out what it does. */
const freeNames = ['a.yaml', 'b', 'literal', 'source', 'target', 'template', 'regexp', 'property'];
export const freePlaces = placesOf(spec).filter(
  (place) => freeNames.includes(place.at(-1) ?? '') && place.length > 2,
);
