import type { Manifest } from '../emulators/kube-api/kube-api.ts';

/** Lets the broker ask for tokens of one ServiceAccount, as its installer grants it. */
export const tokenRights = (namespace: string, serviceAccount: string): readonly Manifest[] => [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'tokens', namespace },
    rules: [
      {
        apiGroups: [''],
        resources: ['serviceaccounts/token'],
        resourceNames: [serviceAccount],
        verbs: ['create'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'tokens', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'tokens' },
    subjects: [{ kind: 'ServiceAccount', name: 'keyferry-broker', namespace: 'keyferry-system' }],
  },
];
