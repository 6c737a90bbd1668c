/**
 * Why a pod was left alone, and why one was refused. The codes are for machines (metrics, logs, `details.causes`), the
 * sentences for people; docs/reference.md lists every one, and a test holds both to it.
 */
export const skipReasons = {
  not_annotated: 'the pod carries no keyferry.dev annotation',
  opted_out: 'keyferry.dev/inject is "false"',
  not_a_pod: 'the request is not about a pod',
  not_created: 'the request does not create the pod; pods are injected when they are created',
  subresource: 'the request is about a subresource of the pod',
} as const;

export type SkipReason = keyof typeof skipReasons;

export const denyCodes = {
  inject_missing: 'annotations of ours without keyferry.dev/inject',
  unknown_annotation: 'a name under keyferry.dev/ that means nothing',
  unsupported_annotation: 'an annotation that this version does not support yet',
  invalid_value: "an annotation's value that cannot be read",
  unknown_name:
    'a setting for a file that no keyferry.dev/secret, keyferry.dev/extract or keyferry.dev/template declares',
  nothing_to_inject: 'keyferry.dev/inject is "true" and nothing says what to fetch',
  path_conflict: 'two files on one path, or a file where a folder has to be',
  unknown_container: 'a container that the pod does not have',
  no_container: 'no container is left to mount the secrets in',
  store_not_named: 'a ref without a store, and no default store',
  unknown_store: 'a store that does not exist',
  invalid_store: "a store's manifest that cannot be used",
  unknown_external_secret: 'an ExternalSecret that does not exist',
  invalid_external_secret: "an ExternalSecret's manifest that cannot be used",
  store_not_admitted: "a ClusterSecretStore whose conditions do not admit the pod's namespace",
  server_not_allowed: 'a server that this install does not let stores, or their credentials, name',
  provider_off: 'a provider that is off in this install',
  broker_off: 'a store that takes the broker, in an install that has none',
  credential_not_listed: 'a credential that this install does not let the store name',
  access_denied: "a key that a store's policy does not give to the pod",
  foreign_service_account: 'a SecretStore that logs in as a ServiceAccount of another namespace',
  service_account_mismatch: 'a store that logs in as another ServiceAccount than the pod',
  unknown_service_account: "the pod's ServiceAccount is not known, and the login needs its annotations",
  invalid_service_account: "an annotation of the pod's ServiceAccount that the login cannot use",
  unsupported_ref: "a ref that its store's provider could not serve",
  unreadable_mode: "a file-mode that the app's containers could not read",
  mount_conflict: "a mount of the pod's own where Keyferry's has to be",
  reserved_name: 'something in the pod bears a name of ours and is not what we put there',
  windows_pod: 'a pod for Windows nodes',
  plan_too_large: 'more than 100 KiB of plan',
} as const;

export type DenyCode = keyof typeof denyCodes;

/** One thing that is wrong with a pod. */
export interface Issue {
  readonly code: DenyCode;
  /** Where: an annotation, a store, a field of the pod. */
  readonly place: string;
  /** What is wrong there and how to put it right, to be read after `<place>: `. */
  readonly message: string;
}

export const issue = (code: DenyCode, place: string, message: string): Issue => ({ code, place, message });

/** Adds an issue for each problem of one place. One by one: whoever writes manifests decides how many, and a call takes only so many arguments. */
export const addIssues = (
  issues: Issue[],
  code: DenyCode,
  place: string,
  problems: Iterable<string>,
): void => {
  for (const problem of problems) issues.push(issue(code, place, problem));
};

/** The same issues in the order that every run gives: by place, then by text; said twice is said once. */
export const sortIssues = (issues: readonly Issue[]): readonly Issue[] => {
  const keyed = new Map(issues.map((item) => [`${item.place}\u0000${item.message}`, item]));
  return [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
};

/** All problems in one text: what the user reads after `admission webhook "inject.keyferry.dev" denied the request:`. */
export const describeIssues = (issues: readonly Issue[]): string => {
  const lines = issues.map(({ place, message }) => `${place}: ${message}`);
  if (lines.length === 1) return lines.join('');
  return [`${lines.length} problems`, ...lines.map((line, index) => `  ${index + 1}. ${line}`)].join('\n');
};
