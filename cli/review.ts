import { annotation } from '../lib/annotation-names.ts';
import type { ManifestDocument } from '../lib/kube/documents.ts';
import { decide, read, type Injection, type Outcome } from '../webhook/core/decide.ts';
import type { Catalogue } from '../webhook/core/catalogue.ts';
import type { Pod } from '../webhook/core/pod.ts';
import { podProblem } from '../webhook/core/pod-shape.ts';
import type { Settings } from '../webhook/core/settings.ts';
import { brokeredStores, type BrokeredStore } from './core/brokered.ts';
import type { PodCount } from './core/pod-count.ts';
import { judgedObject, reviewObject } from './objects.ts';
import { noUses, usesOf, type Uses } from './uses.ts';
import { workloadOf, type Workload } from './workload.ts';

/** What became of one document. */
export interface Reviewed extends Uses {
  readonly source: string;
  /** `Deployment payments/api`, or the document's kind where it is nothing to decide about. */
  readonly title: string;
  /** `valid` and `invalid`: stores and ExternalSecrets. */
  readonly outcome: Outcome['kind'] | 'valid' | 'invalid' | 'other';
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** The document to print: patched where it was injected. */
  readonly document: unknown;
  /** Where it was injected. */
  readonly injected?: Injected;
}

/** A workload whose pods get secrets. */
export interface Injected {
  readonly injection: Injection;
  readonly brokered: ReadonlyMap<number, BrokeredStore>;
  /** How many of such pods there are. */
  readonly pods: PodCount;
}

export interface Problem {
  readonly code: string;
  readonly place: string;
  readonly message: string;
}

const unreadable = (workload: Workload): Problem[] => {
  const problem = podProblem(workload.pod);
  return problem === undefined
    ? []
    : [{ code: 'not_a_pod', place: workload.kind === 'Pod' ? 'pod' : 'pod template', message: problem }];
};

/** The admission policy of an install says the same of a workload that is applied. */
const misplaced = ({ misplaced: names }: Workload, outcome: Outcome): Problem[] =>
  outcome.kind === 'skip' && outcome.reason === 'not_annotated'
    ? names.map(({ name, on }) => ({
        code: 'misplaced_annotation',
        place: name,
        message: `stands on ${on} and does nothing there; move it to the pod template's metadata`,
      }))
    : [];

const outcomeOf = (
  pod: Pod,
  namespace: string,
  known: { readonly catalogue: Catalogue; readonly settings: Settings },
): Outcome => {
  const reading = read(pod);
  return reading.kind === 'skip' ? reading : decide(pod, reading, { ...known, namespace });
};

interface KnownToReview {
  readonly catalogue: Catalogue;
  readonly settings: Settings;
  /** Of documents that name none. */
  readonly namespace: string;
}

const reviewWorkload = (
  workload: Workload,
  known: KnownToReview,
): Omit<Reviewed, 'source' | 'document'> & {
  readonly document?: unknown;
} => {
  const title = `${workload.kind} ${workload.namespace}/${workload.name}`;
  const problems = unreadable(workload);
  const common = { title, warnings: [], ...usesOf(workload, known.catalogue) };
  if (problems.length > 0) return { ...common, outcome: 'deny', problems };
  const pod = workload.pod as Pod;
  const outcome = outcomeOf(pod, workload.namespace, known);
  if (outcome.kind === 'skip') return { ...common, outcome: 'skip', problems: misplaced(workload, outcome) };
  const { warnings } = outcome;
  if (outcome.kind === 'deny') return { ...common, outcome: 'deny', problems: outcome.issues, warnings };
  return {
    ...common,
    outcome: 'inject',
    problems: [],
    warnings,
    document: workload.withPod(outcome.pod),
    injected: {
      injection: outcome,
      brokered: brokeredStores(outcome.plan, known),
      pods: workload.pods,
    },
  };
};

/** Does with one document what the webhook would do with its pod. */
export const reviewDocument = ({ source, value }: ManifestDocument, known: KnownToReview): Reviewed => {
  const workload = workloadOf(value, known.namespace);
  if (workload !== undefined) return { source, document: value, ...reviewWorkload(workload, known) };
  const object = judgedObject(value, known.namespace);
  if (object !== undefined) return { source, document: value, ...noUses, ...reviewObject(object, known) };
  return {
    source,
    document: value,
    title: String(value['kind']),
    outcome: 'other',
    problems: [],
    warnings: [],
    ...noUses,
  };
};

/** What to say of a run in which nobody asked for anything: most often the annotations are in the wrong place. */
export const nothingAsked = (reviewed: readonly Reviewed[]): string | undefined =>
  reviewed.some(({ outcome, problems }) => outcome === 'inject' || outcome === 'valid' || problems.length > 0)
    ? undefined
    : `no pod asks for secrets (${annotation('inject')}: "true")`;
