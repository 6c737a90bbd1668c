import { clusterStore, externalSecret, install, vault } from './manifests.ts';
import { allowedBy, noKey, notGranted, refusedBy, type Expected, type PolicyRow } from './row.ts';

const who = { namespace: 'payments', namespaceLabels: { team: 'payments' }, serviceAccount: 'api' };
const byName = allowedBy('ExternalSecret payments/db');

interface Options {
  readonly fields?: object;
  readonly named?: readonly string[];
  readonly access?: readonly object[];
  readonly turnsOutAs?: string;
}

const row = (
  name: string,
  key: string,
  expected: Expected,
  { fields = {}, named = [], access, turnsOutAs }: Options,
): PolicyRow => ({
  name: `vault: ${name}`,
  store: clusterStore(vault(fields), access === undefined ? {} : { access }),
  externalSecrets: named.length === 0 ? [] : [externalSecret('payments', named)],
  who,
  install,
  want: { key, ...(turnsOutAs === undefined ? {} : { turnsOutAs }) },
  expected,
});

const spellings = [
  'payments/db',
  'kv/payments/db',
  'kv/data/payments/db',
  '/kv/payments/db',
  '/kv/data/payments/db',
];

/** Every spelling names every other. */
const spellingRows = spellings.flatMap((named) =>
  spellings.map((key) => row(`${key} is what ${named} names`, key, byName, { named: [named] })),
);

const tricks: readonly (readonly [string, Expected])[] = [
  ['payments/../hr/db', noKey],
  ['payments/./db', noKey],
  ['payments//db', noKey],
  ['payments/db/', noKey],
  ['//kv/payments/db', noKey],
  ['payments/db\u0000', noKey],
  ['payments/db\n', noKey],
  ['payments/%2e%2e/hr/db', noKey],
  ['payments/..%2Fhr%2Fdb', noKey],
  ['payments%2Fdb', noKey],
  [`payments/${'x'.repeat(3000)}`, noKey],
  ['payments/\ud800', noKey],
  ['hr/db', notGranted],
  ['kv/hr/db', notGranted],
  ['/payments/db', notGranted],
  ['/hr/payments/db', notGranted],
  ['payments', notGranted],
  ['PAYMENTS/db', notGranted],
  // Look-alikes: Cyrillic, full width, a slash that is none.
  ['p\u0430yments/db', notGranted],
  ['\uff50ayments/db', notGranted],
  ['payments\u2215db', notGranted],
  ['data/payments/db', notGranted],
];

const everything = [{ namespaces: ['payments'], keys: ['payments/*'] }];

const trickRows = tricks.flatMap(([key, expected]) => [
  row(`${JSON.stringify(key.slice(0, 40))} beside payments/db in an ExternalSecret`, key, expected, {
    named: ['payments/db'],
  }),
  row(`${JSON.stringify(key.slice(0, 40))} beside payments/* in spec.access`, key, expected, {
    access: everything,
  }),
]);

const byRule = allowedBy('spec.access[0]');

export const vaultRows: readonly PolicyRow[] = [
  ...spellingRows,
  ...trickRows,
  ...spellings.map((key) => row(`${key} fits payments/*`, key, byRule, { access: everything })),
  ...[
    'kv/payments/*',
    'kv/data/payments/*',
    '/kv/payments/*',
    'pay*',
    '*',
    '/*',
    '*/db',
    '${namespace}/db',
  ].map((glob) => row(`payments/db fits ${glob}`, 'payments/db', byRule, { access: [{ keys: [glob] }] })),
  ...['payments', 'hr/*', '/payments/*', 'payments/db/*', 'PAYMENTS/*', '${serviceAccount}/*'].map((glob) =>
    row(`payments/db does not fit ${glob}`, 'payments/db', notGranted, { access: [{ keys: [glob] }] }),
  ),
  row('a folder data is no part of the API', 'data/db', byName, { named: ['/kv/data/data/db'] }),
  row('a folder data is another than none', 'data/db', notGranted, { named: ['db'] }),
  row('KV v1 has no API of that name', 'kv/data/db', notGranted, {
    fields: { version: 'v1' },
    named: ['db'],
  }),
  row('without a path keys are full', 'kv/data/payments/db', byName, {
    fields: { path: '' },
    named: ['kv/payments/db'],
  }),
  row('a path may have a folder', 'db', byName, {
    fields: { path: 'kv/payments' },
    named: ['/kv/data/payments/db'],
  }),
  row('a path may have the data of the API', 'db', byName, {
    fields: { path: 'kv/data/payments' },
    named: ['/kv/payments/db'],
  }),
  row('an engine is asked at its own path', '/database/creds/app', byRule, {
    access: [{ keys: ['/database/creds/*'] }],
    turnsOutAs: 'vault::database/creds/app',
  }),
  row(
    'a mount that is called like a folder takes nobody there',
    'payments/db',
    refusedBy('which turned out to be "payments/db"'),
    {
      access: everything,
      turnsOutAs: 'vault::payments/db',
    },
  ),
  row('what an ExternalSecret names in so many words is whatever it is', 'database/creds/app', byName, {
    named: ['database/creds/app'],
    turnsOutAs: 'vault::database/creds/app',
  }),
  row(
    'the true path decides over another spelling',
    'kv/data/payments/db',
    refusedBy('which turned out to be "kv/data/payments/db"'),
    {
      named: ['payments/db'],
      turnsOutAs: 'vault::kv/data/payments/db',
    },
  ),
  row('another namespace of Vault is another place', 'payments/db', refusedBy('turned out'), {
    fields: { namespace: 'team-a' },
    access: everything,
    turnsOutAs: 'vault:team-b:kv/payments/db',
  }),
  row('the namespace of the store is where it is', 'payments/db', byRule, {
    fields: { namespace: 'team-a/x' },
    access: everything,
    turnsOutAs: 'vault:team-a%2Fx:kv/payments/db',
  }),
];
