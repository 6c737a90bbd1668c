import type { Bench } from '../bench.ts';
import { added, listSecrets, type Inventory } from '../cluster/inventory.ts';
import { systemNamespace, testNamespacePrefix } from '../cluster/preflight.ts';
import { serviceAccount } from '../vault/configuration.ts';
import { expect, type Scenario } from '../scenario.ts';

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

/** Every ServiceAccount that the installation made, and one that apps use. */
const accounts = async ({ kubectl }: Bench): Promise<readonly string[]> => {
  const words = ['get', 'serviceaccounts', '--namespace', systemNamespace];
  const { items } = await kubectl.json<{ items: readonly { metadata: { name: string } }[] }>(words);
  const ours = items.map(({ metadata: { name } }) => `system:serviceaccount:${systemNamespace}:${name}`);
  expect(ours.length > 0, 'no ServiceAccount was found to ask about');
  return [...ours, `system:serviceaccount:${testNamespacePrefix}rotation-native:${serviceAccount}`];
};

/** Whether a ServiceAccount may do something with Secrets, as the API server's own authorizers see it. */
const mayTouchSecrets = async ({ kubectl }: Bench, account: string, verb: string): Promise<boolean> => {
  const words = ['auth', 'can-i', verb, 'secrets', '--all-namespaces', '--as', account];
  const { code, stdout, stderr } = await kubectl.attempt(words);
  expect(['yes', 'no'].includes(stdout.trim()), `no answer to whether ${account} may ${verb}: ${stderr}`);
  return code === 0;
};

/** None of our ServiceAccounts may do anything with Secrets. */
const noRights: Scenario = {
  name: 'no-rights-on-secrets',
  run: async (bench) => {
    for (const account of await accounts(bench))
      for (const verb of verbs)
        expect(!(await mayTouchSecrets(bench, account, verb)), `${account} may ${verb} secrets`);
    return undefined;
  },
};

/** Nowhere in the cluster is a Secret that was not there before. */
const noSecrets = (before: Inventory): Scenario => ({
  name: 'no-secret-objects',
  run: async ({ kubectl }) => {
    const made = added(before, await listSecrets(kubectl));
    expect(made.length === 0, `there are new Secret objects: ${made.join(', ')}`);
    return undefined;
  },
});

/** `before`: the Secrets that there were before the run did anything. */
export const secretScenarios = (before: Inventory): readonly Scenario[] => [noRights, noSecrets(before)];
