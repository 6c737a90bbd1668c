import { isRecord } from '../lib/kube/object.ts';
import { apiGroup, externalSecretsGroup } from '../lib/names.ts';
import { isJudged, judge, type JudgedManifest, type KnownToJudge } from '../webhook/core/judge.ts';
import type { Issue } from '../webhook/core/codes.ts';

type Json = Readonly<Record<string, unknown>>;

const groups: readonly string[] = [apiGroup, externalSecretsGroup];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A store or an ExternalSecret, ours or of External Secrets Operator; undefined for every other document. */
export const judgedObject = (document: Json, defaultNamespace: string): JudgedManifest | undefined => {
  const [group = ''] = text(document['apiVersion']).split('/');
  const metadata = isRecord(document['metadata']) ? document['metadata'] : {};
  const kind = text(document['kind']);
  const namespace = text(metadata['namespace']) || defaultNamespace;
  const object = {
    kind,
    metadata: { name: text(metadata['name']), ...(kind === 'ClusterSecretStore' ? {} : { namespace }) },
    spec: document['spec'],
  };
  return groups.includes(group) && isJudged(object) ? object : undefined;
};

export interface ReviewedObject {
  /** `ExternalSecret payments/orders-db`. */
  readonly title: string;
  readonly outcome: 'valid' | 'invalid';
  readonly problems: readonly Issue[];
  readonly warnings: readonly string[];
}

const titleOf = ({ kind, metadata: { name = '', namespace } }: JudgedManifest): string =>
  [kind, [...(namespace === undefined ? [] : [namespace]), name].join('/')].join(' ');

/** Says of a store or an ExternalSecret what `/validate` says when it is applied. */
export const reviewObject = (object: JudgedManifest, known: KnownToJudge): ReviewedObject => {
  const title = titleOf(object);
  const { problems, refusals, warnings } = judge(object, known);
  const own = (sentence: string): string =>
    sentence.startsWith(`${title}: `) ? sentence.slice(title.length + 2) : sentence;
  return {
    title,
    outcome: problems.length === 0 ? 'valid' : 'invalid',
    problems,
    warnings: [
      ...refusals.map(({ place, message }) => `pods that use it are refused: ${own(`${place}: ${message}`)}`),
      ...warnings.map(own),
    ],
  };
};
