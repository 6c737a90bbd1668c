import { serviceAccountOf } from '../../lib/broker/accounts.ts';
import { mayBeBrokered } from '../../lib/broker/route.ts';
import type { ExternalSecret } from '../../lib/external-secrets/external-secret.ts';
import { missingKeys } from '../../lib/external-secrets/missing-keys.ts';
import { readExternalSecret } from '../../lib/external-secrets/read.ts';
import { readStore, type Store, type StoreManifest } from '../../lib/stores/store.ts';
import { quoted, sentenceList } from '../../lib/text.ts';
import type { Catalogue } from './catalogue.ts';
import { issue, sortIssues, type DenyCode, type Issue } from './codes.ts';
import { ExternalSecretResolver } from './external-secrets.ts';
import { fullPathWarnings } from './lease-warnings.ts';
import { readsOfExternalSecret } from './reads.ts';
import type { Settings } from './settings.ts';
import { objectPlace, StoreResolver } from './store-resolver.ts';
import { usageOf } from './store-usage.ts';

/** The kinds of ours that are judged, and the resources that they are. */
export const judgedKinds = {
  SecretStore: 'secretstores',
  ClusterSecretStore: 'clustersecretstores',
  ExternalSecret: 'externalsecrets',
} as const;

export type JudgedKind = keyof typeof judgedKinds;

/** A store's or an ExternalSecret's manifest. */
export interface JudgedManifest extends StoreManifest {
  readonly kind: JudgedKind;
}

export const isJudged = <T extends { readonly kind: string }>(
  object: T,
): object is T & { readonly kind: JudgedKind } => Object.hasOwn(judgedKinds, object.kind);

export interface KnownToJudge {
  readonly catalogue: Catalogue;
  readonly settings: Settings;
}

/** What there is to say of a manifest by itself and in the cluster and install that it is in, before any pod uses it. */
export interface Judgement {
  /** It is wrong, and stays so until somebody changes it. */
  readonly problems: readonly Issue[];
  /** It may be right, and pods that use it are refused today all the same: a store is not there yet, say. */
  readonly refusals: readonly Issue[];
  /** What else whoever writes it should know. */
  readonly warnings: readonly string[];
}

/** What depends on the pod, and so cannot be said before there is one. */
const ofPods: ReadonlySet<DenyCode> = new Set([
  'service_account_mismatch',
  'unknown_service_account',
  'invalid_service_account',
]);

const withoutPods = (issues: readonly Issue[]): readonly Issue[] =>
  issues.filter(({ code }) => !ofPods.has(code));

/** Stands for the pods that may come: of this namespace, as nobody. */
const nobodyIn = (namespace: string): { readonly namespace: string; readonly serviceAccount: string } => ({
  namespace,
  serviceAccount: '',
});

/** The pod that a store is for by its own words: what is said of its login is said of it too, whoever else may come. */
const meantBy = (store: Store): { readonly namespace: string; readonly serviceAccount: string } => {
  const { namespace, name } = serviceAccountOf(store) ?? {};
  return { namespace: namespace ?? store.namespace ?? '', serviceAccount: name ?? '' };
};

/** A store for all namespaces that names a ServiceAccount of one serves pods of that one: seldom what its author meant. */
const loginWarnings = (store: Store, { broker }: Settings): readonly string[] => {
  if (store.kind !== 'ClusterSecretStore') return [];
  if (broker !== undefined && mayBeBrokered(store, broker.install)) return [];
  const wanted = serviceAccountOf(store);
  if (wanted?.namespace === undefined) return [];
  const { namespace, name } = wanted;
  return [
    `it logs in as ServiceAccount ${quoted(`${namespace}/${name}`)}, so of all namespaces it serves pods of ${quoted(namespace)} alone, those that run as it; without serviceAccountRef pods log in as themselves`,
  ];
};

const issuesAt = (
  place: string,
  found: readonly { readonly code: DenyCode; readonly message: string }[],
): readonly Issue[] => withoutPods(found.map(({ code, message }) => issue(code, place, message)));

/** What the install says of a store, whoever uses it: of its servers, its provider, its audience, and what the broker may use. */
const judgeUse = (store: Store, place: string, settings: Settings): Judgement => {
  const { issues, routeProblems, warnings } = usageOf(store, meantBy(store), settings);
  return {
    problems: issuesAt(place, issues),
    // The install may come to let it in without a change of the store.
    refusals: issuesAt(place, routeProblems),
    // What is said of a login at AWS depends on the pod's ServiceAccount.
    warnings: [...(store.provider.type === 'vault' ? warnings : []), ...loginWarnings(store, settings)],
  };
};

const judgeStore = (manifest: JudgedManifest, { settings }: KnownToJudge): Judgement => {
  const place = objectPlace(manifest.kind, manifest.metadata);
  const { store, problems, unusable, warnings } = readStore(manifest);
  const use = store === undefined ? undefined : judgeUse(store, place, settings);
  return {
    problems: [
      ...problems.map((problem) => issue('invalid_store', place, problem)),
      ...(use?.problems ?? []),
    ],
    refusals: [...unusable.map((reason) => issue('invalid_store', place, reason)), ...(use?.refusals ?? [])],
    warnings: [...warnings, ...(use?.warnings ?? [])],
  };
};

/** The stores of an ExternalSecret, and whether they can serve what it reads. */
const judgeReads = (manifest: JudgedManifest, known: KnownToJudge): Omit<Judgement, 'problems'> => {
  const { name = '', namespace = '' } = manifest.metadata;
  const catalogue: Catalogue = { ...known.catalogue, externalSecret: () => manifest };
  const resolving = { identity: nobodyIn(namespace), catalogue, settings: known.settings };
  const stores = new StoreResolver(resolving);
  const externalSecrets = new ExternalSecretResolver(resolving, stores);
  const resolved = externalSecrets.resolve(name);
  const own = externalSecrets.issues.filter(({ code }) => code !== 'invalid_external_secret');
  const reads = resolved === undefined ? [] : readsOfExternalSecret(resolved);
  return {
    refusals: withoutPods([...stores.issues, ...own]),
    warnings: fullPathWarnings(reads).map(({ warning }) => warning),
  };
};

/** What only the store or the kubelet knows, and nobody finds out before a pod starts. */
const unknownYet = ({ templates = [], sets }: ExternalSecret, namespace: string): readonly string[] => {
  const keys = new Map<string, Set<string>>();
  for (const { from } of templates) {
    if (from.kind !== 'config-map') continue;
    keys.set(from.name, (keys.get(from.name) ?? new Set()).add(from.key));
  }
  const configMaps = [...keys].map(
    ([name, wanted]) =>
      `ConfigMap ${quoted(name)} with ${sentenceList([...wanted].map(quoted), 'and')} has to be in namespace ${quoted(namespace)} when a pod starts: Keyferry does not read ConfigMaps`,
  );
  const rendersSets = templates.length > 0 && sets.length > 0;
  return rendersSets
    ? [
        ...configMaps,
        'spec.dataFrom: which keys it gives the templates is known only when a pod fetches them',
      ]
    : configMaps;
};

const judgeExternalSecret = (manifest: JudgedManifest, known: KnownToJudge): Judgement => {
  const { namespace = '' } = manifest.metadata;
  const place = objectPlace(manifest.kind, manifest.metadata);
  const { externalSecret, problems, unusable, warnings } = readExternalSecret(manifest);
  const own = {
    problems: problems.map((problem) => issue('invalid_external_secret', place, problem)),
    refusals: unusable.map((reason) => issue('invalid_external_secret', place, reason)),
    warnings,
  };
  if (externalSecret === undefined) return own;
  const reads = judgeReads(manifest, known);
  return {
    problems: own.problems,
    refusals: [...own.refusals, ...reads.refusals],
    warnings: [
      ...warnings,
      ...reads.warnings,
      ...missingKeys(externalSecret),
      ...unknownYet(externalSecret, namespace),
    ],
  };
};

/** Judges a manifest: everything at once, in an order of its own. */
export const judge = (manifest: JudgedManifest, known: KnownToJudge): Judgement => {
  const place = objectPlace(manifest.kind, manifest.metadata);
  const { problems, refusals, warnings } =
    manifest.kind === 'ExternalSecret' ? judgeExternalSecret(manifest, known) : judgeStore(manifest, known);
  return {
    problems: sortIssues(problems),
    refusals: sortIssues(refusals),
    warnings: [...new Set(warnings)].sort().map((warning) => `${place}: ${warning}`),
  };
};
