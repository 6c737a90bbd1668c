import { annotation } from '../lib/annotation-names.ts';
import type { ManifestDocument } from '../lib/kube/documents.ts';
import { decide, read, type Injection, type Outcome } from '../webhook/core/decide.ts';
import type { Catalogue } from '../webhook/core/catalogue.ts';
import type { Pod } from '../webhook/core/pod.ts';
import { podProblem } from '../webhook/core/pod-shape.ts';
import type { Settings } from '../webhook/core/settings.ts';
import type { PodCount } from './core/pod-count.ts';
import { workloadOf, type Workload } from './workload.ts';

/** What became of one document. */
export interface Reviewed {
  readonly source: string;
  /** `Deployment payments/api`, or the document's kind where it makes no pods. */
  readonly title: string;
  readonly outcome: Outcome['kind'] | 'other';
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

/** Does with one document what the webhook would do with its pod. */
export const reviewDocument = (
  { source, value }: ManifestDocument,
  known: { readonly catalogue: Catalogue; readonly settings: Settings; readonly namespace: string },
): Reviewed => {
  const workload = workloadOf(value, known.namespace);
  const common = { source, warnings: [], document: value };
  if (workload === undefined)
    return { ...common, title: String(value['kind']), outcome: 'other', problems: [] };
  const title = `${workload.kind} ${workload.namespace}/${workload.name}`;
  const problems = unreadable(workload);
  if (problems.length > 0) return { ...common, title, outcome: 'deny', problems };
  const pod = workload.pod as Pod;
  const outcome = outcomeOf(pod, workload.namespace, known);
  if (outcome.kind === 'skip')
    return { ...common, title, outcome: 'skip', problems: misplaced(workload, outcome) };
  const { warnings } = outcome;
  if (outcome.kind === 'deny')
    return { ...common, title, outcome: 'deny', problems: outcome.issues, warnings };
  return {
    ...common,
    title,
    outcome: 'inject',
    problems: [],
    warnings,
    document: workload.withPod(outcome.pod),
    injected: { injection: outcome, pods: workload.pods },
  };
};

/** What to say of a run in which nobody asked for anything: most often the annotations are in the wrong place. */
export const nothingAsked = (reviewed: readonly Reviewed[]): string | undefined =>
  reviewed.some(({ outcome, problems }) => outcome === 'inject' || problems.length > 0)
    ? undefined
    : `no pod asks for secrets (${annotation('inject')}: "true")`;
