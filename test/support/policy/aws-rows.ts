import { aws, clusterStore, externalSecret, install } from './manifests.ts';
import { allowedBy, noKey, notGranted, refusedBy, type Expected, type PolicyRow } from './row.ts';

const who = { namespace: 'payments', namespaceLabels: {}, serviceAccount: 'api' };
const byName = allowedBy('ExternalSecret payments/db');
const byRule = allowedBy('spec.access[0]');

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/keyferry`;
const arn = (name: string, of = account, region = 'eu-central-1'): string =>
  `arn:aws:secretsmanager:${region}:${of}:secret:${name}`;
const canonical = (name: string, of = account): string => `aws:${of}:eu-central-1:${name}`;

interface Options {
  readonly fields?: object;
  readonly named?: readonly string[];
  readonly keys?: readonly string[];
  readonly turnsOutAs?: string;
}

const row = (
  name: string,
  key: string,
  expected: Expected,
  { fields = { role }, named = [], keys, turnsOutAs }: Options,
): PolicyRow => ({
  name: `aws: ${name}`,
  store: clusterStore(aws(fields), keys === undefined ? {} : { access: [{ keys }] }),
  externalSecrets: named.length === 0 ? [] : [externalSecret('payments', named)],
  who,
  install,
  want: { key, ...(turnsOutAs === undefined ? {} : { turnsOutAs }) },
  expected,
});

const spellings = ['payments/db', arn('payments/db'), arn('payments/db-Ab1Cd2')];

export const awsRows: readonly PolicyRow[] = [
  ...spellings.flatMap((named) =>
    spellings.map((key) => row(`${key} is what ${named} names`, key, byName, { named: [named] })),
  ),
  ...spellings.map((key) => row(`${key} fits a glob of names`, key, byRule, { keys: ['payments/*'] })),
  ...spellings.map((key) => row(`${key} fits a glob of ARNs`, key, byRule, { keys: [arn('pay*')] })),
  ...spellings.map((key) => row(`${key} fits ${key}`, key, byRule, { keys: [key] })),
  row('the role of a chain says the account too', arn('payments/db'), byName, {
    fields: { additionalRoles: ['arn:aws:iam::444455556666:role/first', role] },
    named: ['payments/db'],
  }),
  row('of another account', arn('payments/db', '444455556666'), notGranted, { named: ['payments/db'] }),
  row('of another account, named as such', arn('payments/db', '444455556666'), byName, {
    named: [arn('payments/db-Ab1Cd2', '444455556666')],
  }),
  row('of an account that nobody knows to be the same', arn('payments/db'), notGranted, {
    fields: {},
    named: ['payments/db'],
  }),
  row('of such an account, for a rule of names', arn('payments/db'), notGranted, { fields: {}, keys: ['*'] }),
  row('of such an account, for a rule of ARNs', arn('payments/db'), byRule, {
    fields: {},
    keys: [arn('*')],
  }),
  row('of another region', arn('payments/db', account, 'us-east-1'), noKey, { keys: ['*'] }),
  row('of another service', `arn:aws:ssm:eu-central-1:${account}:parameter/payments/db`, noKey, {
    keys: ['*'],
  }),
  row('a name with what looks like a suffix is itself', 'payments/db-master', notGranted, {
    named: ['payments/db'],
  }),
  row('a name goes with the prefix', 'db', byRule, {
    fields: { role, prefix: 'payments/' },
    keys: [arn('payments/db')],
  }),
  row('a prefix holds for globs too', 'db', byRule, { fields: { role, prefix: 'payments/' }, keys: ['d*'] }),
  row('an ARN has no prefix', arn('db'), notGranted, {
    fields: { role, prefix: 'payments/' },
    keys: ['db'],
  }),
  row('climbing', 'payments/../hr/db', noKey, { keys: ['payments/*'] }),
  row('climbing in an ARN', arn('payments/../hr/db'), noKey, { keys: ['payments/*'] }),
  row('upper case', 'PAYMENTS/db', notGranted, { keys: ['payments/*'] }),
  row('what looked like a suffix was one', arn('payments/db-master'), byName, {
    named: ['payments/db'],
    turnsOutAs: canonical('payments/db'),
  }),
  row(
    'what looked like a suffix was none',
    arn('payments/db-master'),
    refusedBy('which turned out to be "payments/db-master"'),
    {
      named: ['payments/db'],
      turnsOutAs: canonical('payments/db-master'),
    },
  ),
  row(
    'the same for a rule',
    arn('payments/db-master'),
    refusedBy('which turned out to be "payments/db-master"'),
    {
      keys: ['payments/db'],
      turnsOutAs: canonical('payments/db-master'),
    },
  ),
  row('a plain name is of the account that answers', 'payments/db', byName, {
    fields: {},
    named: ['payments/db'],
    turnsOutAs: canonical('payments/db'),
  }),
  row('a role is of the account that it says', 'payments/db', refusedBy('turned out'), {
    keys: ['payments/*'],
    turnsOutAs: canonical('payments/db', '444455556666'),
  }),
];
