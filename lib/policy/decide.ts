import type { PlanFind } from '../plan.ts';
import { admitsNamespace } from '../stores/conditions.ts';
import type { Store } from '../stores/store.ts';
import { isSubdomain, quoted } from '../text.ts';
import type { AccessDecision, AccessRequest, Asker } from './access.ts';
import { canonicalFound, canonicalKey } from './canonical.ts';
import { canonicalText, settledKey, type CanonicalKey } from './canonical-names.ts';
import { findRefusal, keyRefusal, storeText, type Refused } from './refusal.ts';
import { rulesFor } from './rules.ts';

export type { AccessDecision, AccessRequest, Asked, Asker } from './access.ts';

const allow = (rule: string): AccessDecision => ({ allowed: true, rule });
const deny = (reason: string): AccessDecision => ({ allowed: false, reason });

/** Why a pod may have nothing of a store at all. A name that Kubernetes could not have given is nobody's: it might have a `*` in it. */
const strangerFault = ({ namespace, conditions }: Store, who: Asker): string | undefined => {
  if (!isSubdomain(who.namespace)) return `${quoted(who.namespace)} is no name of a namespace`;
  if (!isSubdomain(who.serviceAccount)) return `${quoted(who.serviceAccount)} is no name of a ServiceAccount`;
  if (namespace !== undefined && namespace !== who.namespace)
    return `a SecretStore serves its own namespace only, and the pod is in ${quoted(who.namespace)}`;
  return admitsNamespace(conditions, who.namespace, who.namespaceLabels)
    ? undefined
    : `its spec.conditions do not admit namespace ${quoted(who.namespace)}`;
};

/** What gives a pod a key: the place of a rule, or an ExternalSecret. */
const grantOf = ({ store, who, named }: AccessRequest, key: CanonicalKey): string | undefined =>
  named.byCanonical(who.namespace, canonicalText(key)) ??
  rulesFor(store, who).find((rule) => rule.grants(key))?.place;

const refused = ({ store, who }: AccessRequest): Refused => ({ store, who, rules: rulesFor(store, who) });

const refuseKey = (request: AccessRequest, key: string): AccessDecision =>
  deny(keyRefusal(key, refused(request)));

const decideFind = (request: AccessRequest): AccessDecision => {
  const [rule] = rulesFor(request.store, request.who);
  return rule === undefined ? deny(findRefusal(refused(request))) : allow(rule.place);
};

const decideFound = (request: AccessRequest, find: PlanFind, name: string): AccessDecision => {
  const key = canonicalFound(name, find, request.store.provider);
  const grant = key && grantOf(request, key);
  return grant === undefined ? refuseKey(request, `the found key ${quoted(name)}`) : allow(grant);
};

const decideKey = (request: AccessRequest, key: string, canonical?: string): AccessDecision => {
  const asked = canonicalKey(key, request.store.provider);
  if (!asked.ok) return deny(`the key ${quoted(key)} ${asked.error}; such keys are given to nobody`);
  const before = grantOf(request, asked.value);
  if (before === undefined) return refuseKey(request, `the key ${quoted(key)}`);
  if (canonical === undefined) return allow(before);
  const turnedOut = settledKey(asked.value, canonical);
  const grant = request.named.byText(request.who.namespace, key) ?? grantOf(request, turnedOut);
  return grant === undefined
    ? refuseKey(request, `the key ${quoted(key)}, which turned out to be ${quoted(turnedOut.name)},`)
    : allow(grant);
};

const decideAsked = (request: AccessRequest): AccessDecision => {
  const { asked } = request;
  switch (asked.kind) {
    case 'key':
      return decideKey(request, asked.key);
    case 'read':
      return decideKey(request, asked.key, asked.canonical);
    case 'find':
      return decideFind(request);
    case 'found':
      return decideFound(request, asked.find, asked.name);
  }
};

/**
 * Decides whether a pod may have a key of a store: the one policy, of admission and of the broker. Nobody may have anything but what an
 * ExternalSecret of the pod's namespace names for the store, or an item of the store's `spec.access` grants.
 */
export const decideAccess = (request: AccessRequest): AccessDecision => {
  const { store, who, readBy } = request;
  const fault = strangerFault(store, who);
  if (fault !== undefined) return deny(`${storeText(store)} is not for this pod: ${fault}`);
  if (readBy === 'agent' && store.access === undefined) return allow('the backend alone decides');
  return decideAsked(request);
};
