import { listAt } from './manifests.ts';

const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Resources that no rule of ours may name, with any verb. */
const noResources = ['secrets', 'pods/exec', 'pods/attach', 'serviceaccounts/token', 'nodes/proxy'];
const noVerbs = ['impersonate', 'escalate', 'bind'];
const tokenRequests = 'serviceaccounts/token';

/** Tokens are granted account by account: a rule that names none would be for all. */
const namesAccounts = (rule: unknown, resources: readonly string[]): boolean =>
  resources.length === 1 && resources[0] === tokenRequests && listAt(rule, 'resourceNames').length > 0;

/** What is wrong with a rule of a Role or ClusterRole: grants that Keyferry promises never to have. */
export const forbiddenIn = (rule: unknown): readonly string[] => {
  const strings = (field: string): readonly string[] => listAt(rule, field).map(String);
  const resources = strings('resources');
  const verbs = strings('verbs');
  const wildcards = ['apiGroups', 'resources', 'verbs', 'nonResourceURLs'].filter((field) =>
    strings(field).some((text) => text.includes('*')),
  );
  const named = namesAccounts(rule, resources);
  return [
    ...wildcards.map((field) => `${field} has a wildcard`),
    ...resources
      .filter(
        (name) =>
          !named && noResources.some((forbidden) => name === forbidden || name.startsWith(`${forbidden}/`)),
      )
      .map((name) => `grants something on ${name}`),
    ...verbs.filter((verb) => noVerbs.includes(verb)).map((verb) => `grants ${verb}`),
    ...verbs
      .filter((verb) => resources.includes('pods') && writes.includes(verb))
      .map((verb) => `grants ${verb} on pods`),
  ];
};
