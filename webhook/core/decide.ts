import { given } from '../../lib/given.ts';
import { trustConfigMap } from '../../lib/broker/names.ts';
import { createPatch, type PatchOperation } from '../../lib/json-patch.ts';
import type { Plan } from '../../lib/plan.ts';
import { planHash } from '../../lib/plan-hash.ts';
import { accessRefusals, type Refusals } from './access.ts';
import { declaredAnnotations } from './annotation-keys.ts';
import { parseAnnotations, type InjectionRequest } from './annotations.ts';
import { auditAnnotations } from './audit.ts';
import { buildPlan } from './build-plan.ts';
import type { Catalogue } from './catalogue.ts';
import { issue, sortIssues, type Issue, type SkipReason } from './codes.ts';
import { afterWarnings, meshWarnings, ourPosition, portWarnings, recipients } from './containers.ts';
import { gate } from './gate.ts';
import { injectInto } from './inject.ts';
import { describeInjected } from './injected.ts';
import { fullPathWarnings, leaseWarnings } from './lease-warnings.ts';
import { pathConflicts } from './path-conflicts.ts';
import { planSizeIssues } from './plan-size.ts';
import { decideOwnership, unreadableModeIssues, type Ownership } from './owner.ts';
import { serviceAccountOf, type Container, type Pod } from './pod.ts';
import { readsOf } from './reads.ts';
import { reservedNameIssues } from './reserved.ts';
import type { Placed, RequestedMode } from './requests.ts';
import { neededStores, resolve, type Resolved } from './resolve.ts';
import { agentResources, memoryWarnings, resourceIssues, roomFor } from './resources.ts';
import type { Settings } from './settings.ts';
import type { Identity } from '../../lib/connections/identity.ts';

/** What becomes of a pod. */
export type Outcome = { readonly kind: 'skip'; readonly reason: SkipReason } | Denial | Injection;

export interface Denial {
  readonly kind: 'deny';
  readonly issues: readonly Issue[];
  readonly warnings: readonly string[];
  /** Set where nothing is wrong but that no ExternalSecret of the namespace names a key: one may be on its way. */
  readonly awaits?: 'external_secret';
}

export interface Injection {
  readonly kind: 'inject';
  /** The pod as it will be. */
  readonly pod: Pod;
  /** Empty where the pod is as it has to be already. */
  readonly patch: readonly PatchOperation[];
  readonly plan: Plan;
  readonly warnings: readonly string[];
  /** For the API server's audit log: who was given what. */
  readonly audit: Readonly<Record<string, string>>;
}

/** A pod whose annotations were read; `stores` and `externalSecrets` are what has to be looked up before `decide` can go on. */
export interface Reading {
  readonly kind: 'proceed';
  readonly request: InjectionRequest;
  readonly issues: readonly Issue[];
  readonly stores: readonly string[];
  readonly externalSecrets: readonly string[];
}

/** First half of the decision: does this pod ask for us, and for what. */
export const read = (pod: Pod): Reading | { readonly kind: 'skip'; readonly reason: SkipReason } => {
  const declared = declaredAnnotations(pod.metadata?.annotations ?? {});
  const gated = gate(declared);
  if (gated.kind === 'skip') return gated;
  const { request, issues } = parseAnnotations(declared);
  return {
    kind: 'proceed',
    request,
    issues: [...gated.issues, ...issues],
    stores: neededStores(request),
    externalSecrets: request.externalSecrets,
  };
};

/** What the second half knows beside the pod. */
export interface Known {
  readonly namespace: string;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
}

const windowsIssues = ({ spec }: Pod): Issue[] => {
  const places = [
    ...(spec?.os?.name === 'windows' ? ['spec.os'] : []),
    ...(spec?.nodeSelector?.['kubernetes.io/os'] === 'windows' ? ['spec.nodeSelector'] : []),
  ];
  return places.map((place) => issue('windows_pod', place, 'Keyferry has no agent for Windows nodes'));
};

/** The modes that annotations give, each that gives one once. */
const modesOf = ({
  mode,
  secrets,
  templates,
  externalSecrets,
}: InjectionRequest): readonly RequestedMode[] => {
  const given = [
    ...[...secrets, ...templates].map((file) => file.mode),
    ...(externalSecrets.length > 0 ? [mode] : []),
  ].flatMap((found) => found ?? []);
  return [...new Map(given.map((found) => [found.place, found])).values()];
};

/** The folders of ExternalSecrets, which only their manifests say. */
const foldersOf = ({ externalSecrets }: Resolved): readonly Placed[] =>
  externalSecrets.map(({ place, externalSecret: { target: path } }) => ({
    place,
    path,
    setting: 'spec.target.name',
  }));

/** Everything that was found out about a pod whose annotations and stores are in order. */
interface Findings {
  readonly request: InjectionRequest;
  readonly resolved: Resolved;
  readonly identity: Identity;
  readonly owner: Ownership;
  readonly recipients: readonly Container[];
  readonly position: number;
  readonly warnings: readonly string[];
}

/** The pod starts all the same: the ConfigMap that the kubelet projects tells the agent later. */
const trustWarnings = ({ broker }: Plan, trust: string | undefined): readonly string[] =>
  broker === undefined || trust !== undefined
    ? []
    : [
        `the broker's certificates are not known yet: the pod starts as soon as ConfigMap ${trustConfigMap} in its namespace has them`,
      ];

const inject = (pod: Pod, findings: Findings, { settings, catalogue }: Known): Outcome => {
  const { request, resolved, identity, owner, position } = findings;
  const trust = settings.broker && catalogue.brokerTrust(settings.broker.namespace);
  const planned = buildPlan(request, resolved, { identity, owner, settings, trust });
  const room = roomFor(planned.plan);
  const injected = describeInjected({
    planned,
    owner,
    room,
    resources: agentResources(pod, room, {
      requested: request.resources,
      installed: settings.agentResources,
    }),
    mountPath: request.mountPath,
    hostNetwork: pod.spec?.hostNetwork === true,
    settings,
  });
  const warnings = [
    ...findings.warnings,
    ...memoryWarnings(request.resources, room),
    ...trustWarnings(planned.plan, trust),
  ];
  const issues = [
    ...planSizeIssues(planned, resolved),
    ...reservedNameIssues(pod, injected, findings.recipients),
  ];
  if (issues.length > 0) return { kind: 'deny', issues: sortIssues(issues), warnings };
  const { plan, encoded } = planned;
  const status = JSON.stringify({ lifecycle: plan.lifecycle, plan: planHash(encoded) });
  const recipientNames = new Set(findings.recipients.map(({ name }) => name));
  const patched = injectInto(pod, { injected, position, recipients: recipientNames, status });
  return {
    kind: 'inject',
    pod: patched,
    patch: createPatch(pod, patched),
    plan,
    warnings,
    audit: auditAnnotations(plan),
  };
};

const deny = (issues: readonly Issue[], warnings: readonly string[], refusals: Refusals): Denial => ({
  kind: 'deny',
  issues: sortIssues(issues),
  warnings,
  ...(refusals.nameable && issues.length === refusals.issues.length && { awaits: 'external_secret' }),
});

/**
 * Second half of the decision: given what the cluster knows, inject or refuse. Pure: the same pod, stores and settings give the
 * same answer to the byte. All problems are found before any is told; only whether names of ours are taken, and how large the
 * plan is, has to wait until there is a plan.
 */
export const decide = (pod: Pod, { request, issues: readIssues }: Reading, known: Known): Outcome => {
  const { namespace, catalogue, settings } = known;
  const serviceAccount = serviceAccountOf(pod);
  const annotations = catalogue.serviceAccountAnnotations(namespace, serviceAccount);
  const identity: Identity = { namespace, serviceAccount, ...given({ annotations }) };
  const resolution = resolve(request, { identity, catalogue, settings });
  const position = ourPosition(pod, request.after);
  const who = recipients(pod, position, request.containers);
  const owner = decideOwnership(pod, who.containers);
  const warnings = [
    ...resolution.warnings,
    ...leaseWarnings(request.lifecycle, resolution),
    ...fullPathWarnings(readsOf(resolution)).map(({ place, warning }) => `${place}: ${warning}`),
    ...afterWarnings(pod, request.after),
    ...meshWarnings(pod, request.lifecycle, position),
    ...(request.lifecycle === 'init' ? [] : portWarnings(pod, request.port ?? settings.agentPort)),
  ];
  const refusals = accessRefusals(resolution, { identity, catalogue, settings });
  const issues = [
    ...readIssues,
    ...windowsIssues(pod),
    ...resolution.issues,
    ...refusals.issues,
    ...who.issues,
    ...resourceIssues(request.resources),
    ...pathConflicts([...request.placed, ...foldersOf(resolution)]),
    ...unreadableModeIssues(pod, who.containers, { owner, modes: modesOf(request) }),
  ];
  if (issues.length > 0) return deny(issues, warnings, refusals);
  return inject(
    pod,
    { request, resolved: resolution, identity, owner, recipients: who.containers, position, warnings },
    known,
  );
};
