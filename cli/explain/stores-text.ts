import { quoted, sentenceList } from '../../lib/text.ts';
import type { ExplainedStore, Explanation, Login } from '../core/explanation.ts';
import { duration } from './words.ts';
import { wrap } from './wrap.ts';

type AwsLogin = Extract<Login, { kind: 'aws' }>;
type BrokerLogin = Extract<Login, { kind: 'broker' }>;
type VaultLogin = Extract<Login, { kind: 'vault' }>;

const tokenFor = (audience: string | undefined): string =>
  audience === undefined
    ? "a token for the API server's own audience"
    : `a token for the audience ${quoted(audience)}`;

const vaultWords = ({ mount, role, audience, namespace }: VaultLogin, account: string): string[] => {
  const as = role === undefined ? "the auth method's default role" : `the role ${quoted(role)}`;
  const where = namespace === undefined ? '' : ` of the namespace ${quoted(namespace)}`;
  return [`Logs in as ServiceAccount ${account} at ${mount}${where}, as ${as}, with ${tokenFor(audience)}.`];
};

type Role = AwsLogin['roles'][number];

const extras = ({ externalId, sessionTags = [], transitiveTagKeys = [] }: Role): string => {
  const parts = [
    ...(externalId === undefined ? [] : [`external id ${quoted(externalId)}`]),
    ...sessionTags.map(({ key, value }) => `tag ${key}=${value}`),
    ...(transitiveTagKeys.length === 0 ? [] : [`tags handed on: ${transitiveTagKeys.join(', ')}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
};

const assumed = (role: Role): string => `${role.arn}${extras(role)}`;

const chain = (roles: readonly Role[]): string[] =>
  roles.map((role) => `From there it assumes ${assumed(role)}.`);

const fromPodIdentity = ({ audience }: AwsLogin, first: Role | undefined, account: string): string => {
  const start = `Starts as the EKS Pod Identity of ServiceAccount ${account}, where the pod has one`;
  return first === undefined
    ? `${start}; it cannot log in without one, since no role is named.`
    : `${start}, and assumes ${assumed(first)} from there; without one it assumes that role with ${tokenFor(audience)}.`;
};

const fromToken = ({ audience }: AwsLogin, first: Role | undefined, account: string): string =>
  first === undefined
    ? 'Cannot log in: no role is named.'
    : `As ServiceAccount ${account}, with ${tokenFor(audience)}, assumes ${assumed(first)}.`;

const awsWords = (login: AwsLogin, account: string): string[] => {
  const [first, ...rest] = login.roles;
  return [
    (login.podIdentity ? fromPodIdentity : fromToken)(login, first, account),
    ...chain(rest),
    ...(first === undefined ? [] : [`CloudTrail calls its sessions ${quoted(login.sessionName)}.`]),
  ];
};

const reader = ({ as }: BrokerLogin): string => {
  switch (as.kind) {
    case 'credential':
      return `with the ${as.names.length === 1 ? 'credential' : 'credentials'} ${sentenceList(as.names.map(quoted))} that it keeps`;
    case 'service-account':
      return `as ServiceAccount ${as.serviceAccount}`;
    case 'broker':
      return 'as itself';
  }
};

const brokerWords = (login: BrokerLogin, account: string): string[] => [
  `Read by the broker, ${reader(login)}.`,
  `Pods ask it at ${login.server}, as ServiceAccount ${account}, with ${tokenFor(login.audience)}.`,
];

const loginWords = ({ login }: ExplainedStore, account: string): string[] => {
  switch (login.kind) {
    case 'vault':
      return vaultWords(login, account);
    case 'aws':
      return awsWords(login, account);
    case 'broker':
      return brokerWords(login, account);
    case 'none':
      return ['Reads files; nobody logs in.'];
  }
};

const titles = {
  vault: 'Vault at',
  aws: 'AWS Secrets Manager,',
  bitwardensecretsmanager: 'Bitwarden at',
  file: 'files at',
} as const;

const placeWords = ({ address, namespace, project, base, provider }: ExplainedStore): string => {
  const where = [
    address,
    ...(namespace === undefined ? [] : [`namespace ${quoted(namespace)}`]),
    ...(project === undefined ? [] : [`project ${project}`]),
  ].join(', ');
  if (base === '') return where;
  return provider === 'aws' ? `${where}, names begin with ${base}` : `${where}, keys are below ${base}`;
};

/** Where secrets come from, and as whom they are asked for. */
export const storesText = ({ stores, serviceAccount }: Explanation): string[] => [
  '  Stores',
  ...stores.flatMap((store) => [
    ...wrap(`${store.name} (${store.kind}): ${titles[store.provider]} ${placeWords(store)}`, 4),
    ...loginWords(store, serviceAccount).flatMap((sentence) => wrap(sentence, 6)),
  ]),
];

const containersOf = {
  native:
    'keyferry-refresh, a native sidecar, starts before the app and keeps the files fresh as long as the pod runs.',
  'init+sidecar':
    'keyferry-init fetches the files, then keyferry-refresh, a native sidecar, keeps them fresh as long as the pod runs.',
  init: 'keyferry-init fetches the files and ends: they stay as they were at the start.',
  sidecar:
    'keyferry-refresh, a native sidecar, fetches the files and keeps them fresh as long as the pod runs.',
} as const;

const waiting = ({ lifecycle, files, startTimeoutSeconds }: Explanation): string => {
  if (lifecycle === 'sidecar') return 'The app starts at once, maybe before its files.';
  const needed = files.filter(({ optional }) => !optional).length;
  const all =
    needed === files.length
      ? 'all of its files'
      : `the ${needed} of its ${files.length} files that are not optional`;
  const what = needed === 0 ? 'each store has answered once' : `${all} are there`;
  return (
    `The app starts when ${what}. While a store does not answer, the start waits up to ${duration(startTimeoutSeconds)}, ` +
    'then fails and is tried again; what waiting does not cure (no such secret, not allowed) fails at once.'
  );
};

/** What happens when a pod starts. */
export const startText = (explanation: Explanation): string[] => [
  `  Start (lifecycle ${explanation.lifecycle})`,
  ...wrap(containersOf[explanation.lifecycle], 4),
  ...wrap(waiting(explanation), 4),
];
