import type { Fields } from './fields.ts';
import { quoted } from '../text.ts';

export interface SessionTag {
  readonly key: string;
  readonly value: string;
}

/** The tags that the session of a store's role carries. */
export interface AwsSessionTags {
  /** Whether the session also says for which namespace and store it is (`storeTags`). */
  readonly ofStore: boolean;
  /** By key. */
  readonly own: readonly SessionTag[];
  /** Keys of tags that a role assumed from there inherits. */
  readonly transitiveKeys: readonly string[];
}

/** Keys that external-secrets writes and roles' policies compare (`aws:PrincipalTag/esoNamespace`), so they stay what they are. */
const namespaceKey = 'esoNamespace';
const storeNameKey = 'esoStoreName';
const storeKindKey = 'esoStoreKind';
const storeKeys: readonly string[] = [namespaceKey, storeNameKey, storeKindKey];

/** What `sessionTagsPolicy` Simple and Custom say of a store and of the namespace of the pod that uses it. */
export const storeTags = (
  { kind, name }: { readonly kind: string; readonly name: string },
  namespace: string,
): readonly SessionTag[] => [
  { key: namespaceKey, value: namespace },
  { key: storeKindKey, value: kind },
  { key: storeNameKey, value: name },
];

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html */
const mostTags = 50;
const keyPattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const valuePattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const characters = 'letters, digits, spaces and "_.:/=+-@"';

const tagProblem = ({ key, value }: SessionTag): string | undefined => {
  if (!keyPattern.test(key)) return `has the key ${quoted(key)}; AWS takes 1 to 128 ${characters}`;
  if (/^aws:/i.test(key)) return `has the key ${quoted(key)}; keys that begin with "aws:" are AWS's own`;
  return valuePattern.test(value)
    ? undefined
    : `has the value ${quoted(value)} for ${quoted(key)}; AWS takes up to 256 ${characters}`;
};

/** Keys that differ in nothing but case are one key to AWS. */
const twice = (tags: readonly SessionTag[]): string | undefined => {
  const seen = new Set<string>();
  return tags.find(({ key }) => seen.size === seen.add(key.toLowerCase()).size)?.key;
};

const tagsProblems = (tags: readonly SessionTag[], room: number): string[] => {
  const repeated = twice(tags);
  return [
    ...tags.flatMap((tag) => tagProblem(tag) ?? []),
    ...(repeated === undefined
      ? []
      : [`has the key ${quoted(repeated)} twice; AWS does not tell cases apart`]),
    ...(tags.length > room ? [`has ${tags.length} tags; ${room} are allowed`] : []),
  ];
};

const readListed = (fields: Fields): readonly SessionTag[] =>
  fields.objects('sessionTags').map((item) => {
    const tag = { key: item.string('key'), value: item.optionalString('value') ?? '' };
    item.close();
    return tag;
  });

const readCustom = (fields: Fields): readonly SessionTag[] => {
  const tags = fields.stringMap('customSessionTags').map(([key, value]) => ({ key, value }));
  const reserved = tags.find(({ key }) => storeKeys.includes(key));
  if (reserved !== undefined)
    fields.reject('customSessionTags', `has the key ${quoted(reserved.key)}, which the policy sets itself`);
  return tags;
};

const byKey = (tags: readonly SessionTag[]): readonly SessionTag[] =>
  [...tags].sort((a, b) => (a.key < b.key ? -1 : 1));

interface Source {
  readonly field: string;
  readonly tags: readonly SessionTag[];
  readonly ofStore: boolean;
}

/** As external-secrets has it: the policies Simple and Custom take the place of `sessionTags`. */
const readSource = (fields: Fields): Source => {
  const policy = fields.oneOf('sessionTagsPolicy', ['None', 'Simple', 'Custom'], 'None');
  if (policy !== 'None')
    fields.ignore(`has no effect: sessionTagsPolicy ${policy} takes its place`, 'sessionTags');
  if (policy !== 'Custom')
    fields.ignore('has no effect: it belongs to sessionTagsPolicy Custom', 'customSessionTags');
  if (policy === 'None') return { field: 'sessionTags', tags: readListed(fields), ofStore: false };
  return {
    field: 'customSessionTags',
    tags: policy === 'Custom' ? readCustom(fields) : [],
    ofStore: true,
  };
};

/** Reads `sessionTags`, `sessionTagsPolicy`, `customSessionTags` and `transitiveTagKeys`. */
export const readSessionTags = (fields: Fields): AwsSessionTags => {
  const { field, tags, ofStore } = readSource(fields);
  const room = mostTags - (ofStore ? storeKeys.length : 0);
  for (const problem of tagsProblems(tags, room)) fields.reject(field, problem);
  const transitiveKeys = fields.strings('transitiveTagKeys');
  const known = [...tags.map(({ key }) => key), ...(ofStore ? storeKeys : [])];
  for (const key of transitiveKeys)
    if (!known.includes(key))
      fields.reject('transitiveTagKeys', `has ${quoted(key)}, which is no session tag`);
  return { ofStore, own: byKey(tags), transitiveKeys };
};
