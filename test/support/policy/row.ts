import type { BrokerInstall } from '../../../lib/broker/install.ts';
import type { RouteProblem } from '../../../lib/broker/route.ts';
import type { ExternalSecretManifest } from '../../../lib/external-secrets/external-secret.ts';
import type { PlanFind } from '../../../lib/plan.ts';
import type { StoreManifest } from '../../../lib/stores/store.ts';

/** What a pod wants of the row's store. */
export type Want =
  | { readonly key: string; readonly turnsOutAs?: string }
  /** `found`: the names that the backend has for it. */
  | { readonly find: PlanFind; readonly found: readonly string[] };

/** By where a request comes from, where its answer sends it on to, or where its server's name leads to. */
export type OnTheWire = 'another-address' | 'redirect' | 'metadata';

export type Expected =
  | { readonly allowed: true; readonly rule: string; readonly kept?: readonly string[] }
  /** Refused by the policy; the reason has this in it. */
  | { readonly allowed: false; readonly by: 'policy'; readonly reason: string }
  /** Refused before the policy is asked, by who may be sent which credential. */
  | { readonly allowed: false; readonly by: 'route'; readonly code: RouteProblem['code'] }
  /** The manifest itself is refused; a problem has this in it. */
  | { readonly allowed: false; readonly by: 'manifest'; readonly problem: string }
  /** Allowed at admission and by the policy, and refused only when the request is made (`policy-wire.test.ts`, over a broker as it is). */
  | { readonly allowed: false; readonly by: 'wire'; readonly why: OnTheWire };

/** One question to the policy, to be answered the same at admission and by the broker. */
export interface PolicyRow {
  readonly name: string;
  readonly store: StoreManifest;
  readonly externalSecrets: readonly ExternalSecretManifest[];
  readonly who: {
    readonly namespace: string;
    /** Undefined: the Namespace object is not known. */
    readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
    readonly serviceAccount: string;
  };
  readonly install: BrokerInstall;
  readonly want: Want;
  readonly expected: Expected;
}

export const allowedBy = (rule: string): Expected => ({ allowed: true, rule });
export const refusedBy = (reason: string): Expected => ({ allowed: false, by: 'policy', reason });

/** What no rule and no ExternalSecret gives. */
export const notGranted = refusedBy('may not read the key');
/** What is no key to begin with. */
export const noKey = refusedBy('such keys are given to nobody');
