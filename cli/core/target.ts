import { err, ok, type Result } from '../../lib/result.ts';
import { didYouMean, isSubdomain, quoted, sentenceList } from '../../lib/text.ts';

/** Kinds whose pods can be refreshed, each by its API; a CronJob's pods are short, and start with what is there then. */
export const workloadKinds = {
  deployment: { group: 'apps', apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  statefulset: { group: 'apps', apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' },
  daemonset: { group: 'apps', apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets' },
  replicaset: { group: 'apps', apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets' },
  job: { group: 'batch', apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' },
} as const;

export type WorkloadKind = keyof typeof workloadKinds;
export type TargetKind = WorkloadKind | 'pod' | 'externalsecret';

const targetKinds: readonly TargetKind[] = [
  'pod',
  ...(Object.keys(workloadKinds) as WorkloadKind[]),
  'externalsecret',
];

/** Which pods to refresh. */
export type Target =
  | { readonly kind: TargetKind; readonly names: readonly string[] }
  /** Pods with these labels, as the API server takes them. */
  | { readonly kind: 'selector'; readonly selector: string };

/** The short names that `kubectl` knows; plurals are taken off. */
const shortNames: ReadonlyMap<string, TargetKind> = new Map([
  ['po', 'pod'],
  ['deploy', 'deployment'],
  ['sts', 'statefulset'],
  ['ds', 'daemonset'],
  ['rs', 'replicaset'],
  ['es', 'externalsecret'],
]);

const readKind = (word: string): Result<TargetKind, string> => {
  const lowered = word.toLowerCase();
  const short = shortNames.get(lowered);
  const known = short ?? targetKinds.find((kind) => lowered === kind || lowered === `${kind}s`);
  if (known !== undefined) return ok(known);
  const kinds = `it takes ${sentenceList(targetKinds, 'or')}`;
  return lowered === 'cronjob' || lowered === 'cronjobs'
    ? err(`a CronJob has no pods of its own; name the job that it made, or give labels (-l)`)
    : err(
        `${quoted(word)} is not a kind that refresh knows${didYouMean(lowered, targetKinds) || `; ${kinds}`}`,
      );
};

const nameProblems = (names: readonly string[]): string[] =>
  names.filter((name) => !isSubdomain(name)).map((name) => `${quoted(name)} cannot be the name of an object`);

/** `deployment/web` and `deployment web` are the same. */
const splitWords = ([first = '', ...rest]: readonly string[]): Result<readonly string[], string> => {
  if (!first.includes('/')) return ok([first, ...rest]);
  const [kind = ''] = first.split('/', 1);
  const strange = [first, ...rest].find(
    (word) => word.split('/').length !== 2 || word.split('/')[0] !== kind,
  );
  return strange === undefined
    ? ok([kind, ...[first, ...rest].map((word) => word.slice(kind.length + 1))])
    : err(`${quoted(strange)} is not ${kind}/NAME; refresh takes one kind at a time`);
};

const byLabels = (words: readonly string[], selector: string): Result<Target, readonly string[]> => {
  const [kind, ...names] = words;
  const read = kind === undefined ? ok<TargetKind>('pod') : readKind(kind);
  if (!read.ok) return err([read.error]);
  if (names.length > 0) return err(['names and -l exclude each other']);
  if (read.value !== 'pod')
    return err([`-l finds pods by their own labels; write: refresh pod -l ${selector}`]);
  return selector.trim() === ''
    ? err(['-l is empty, which would be every pod of the namespace'])
    : ok({ kind: 'selector', selector });
};

/** Reads the words behind `refresh`: a kind and names, or `pod` (or nothing) with labels. */
export const parseTarget = (
  words: readonly string[],
  selector: string | undefined,
): Result<Target, readonly string[]> => {
  if (selector !== undefined) return byLabels(words, selector);
  if (words.length === 0) return err(['which pods? refresh takes a kind and names, or labels (-l)']);
  const split = splitWords(words);
  if (!split.ok) return err([split.error]);
  const [first = '', ...names] = split.value;
  const kind = readKind(first);
  const problems = [
    ...(kind.ok ? [] : [kind.error]),
    ...(kind.ok && names.length === 0 ? [`which ${kind.value}? its name is missing`] : []),
    ...nameProblems(names),
  ];
  return problems.length > 0 || !kind.ok
    ? err(problems)
    : ok({ kind: kind.value, names: [...new Set(names)] });
};
