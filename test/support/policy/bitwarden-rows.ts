import { bitwarden, clusterStore, externalSecret, install, project } from './manifests.ts';
import { allowedBy, noKey, notGranted, type Expected, type PolicyRow } from './row.ts';

const who = { namespace: 'payments', namespaceLabels: {}, serviceAccount: 'api' };
const byName = allowedBy('ExternalSecret payments/db');
const byRule = allowedBy('spec.access[0]');
const id = 'be8e0ad8-d545-4017-a55a-b02f014d4158';

const row = (
  name: string,
  key: string,
  expected: Expected,
  { named = [], keys }: { readonly named?: readonly string[]; readonly keys?: readonly string[] },
): PolicyRow => ({
  name: `bitwarden: ${name}`,
  store: clusterStore(bitwarden(), keys === undefined ? {} : { access: [{ keys }] }),
  externalSecrets: named.length === 0 ? [] : [externalSecret('payments', named)],
  who,
  install,
  want: { key },
  expected,
});

export const bitwardenRows: readonly PolicyRow[] = [
  row('a name is a name', 'payments-db', byName, { named: ['payments-db'] }),
  row('an id is an id', id, byName, { named: [id] }),
  row('an id in capitals is the same', id.toUpperCase(), byName, { named: [id] }),
  row('a name in capitals is another', 'PAYMENTS-DB', notGranted, { named: ['payments-db'] }),
  row('a name is no id', 'payments-db', notGranted, { named: [id] }),
  row('an id is no name', id, notGranted, { named: ['payments-db'] }),
  row('a glob is of names', id, notGranted, { keys: ['b*'] }),
  row('a glob that begins like an id is of names', id, notGranted, { keys: ['be8e0ad8-*'] }),
  row('every key is every name', 'payments-db', byRule, { keys: ['*'] }),
  row('every key is every id', id, byRule, { keys: ['*'] }),
  row('a rule of an id', id, byRule, { keys: [id.toUpperCase()] }),
  row('a rule of names', 'payments-db', byRule, { keys: ['${namespace}-*'] }),
  row('climbing', '../payments-db', noKey, { keys: ['*'] }),
  {
    ...row('an id that turned out to be of the project', id, byRule, { keys: [id] }),
    want: { key: id, turnsOutAs: `bitwarden:${project}:id:${id}` },
  },
];
