import type { Manifest } from '../../emulators/kube-api/kube-api.ts';

export interface DefinitionOptions {
  readonly version: string;
  readonly scope?: 'Namespaced' | 'Cluster';
}

/** What External Secrets Operator's chart installs for a kind, as far as an API server has to know. */
export const esoDefinition = (
  kind: string,
  { version, scope = 'Namespaced' }: DefinitionOptions,
): Manifest => {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.external-secrets.io` },
    spec: {
      group: 'external-secrets.io',
      scope,
      names: { kind, plural },
      versions: [{ name: version, served: true, storage: true, subresources: { status: {} } }],
    },
  };
};
