import type { Manifest } from '../../../emulators/kube-api/kube-api.ts';

export const definition = (
  plural: string,
  kind: string,
  versions: readonly string[] = ['v1beta1'],
  scope = 'Namespaced',
): Manifest => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.keyferry.dev` },
  spec: {
    group: 'keyferry.dev',
    scope,
    names: { plural, kind },
    versions: versions.map((name) => ({ name, served: true, storage: name === versions[0] })),
  },
});

export const secretStore = (name: string, namespace = 'shop', more: object = {}): Manifest => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'SecretStore',
  metadata: { name, namespace, ...more },
  spec: { provider: { file: { path: name } } },
});

export const namespace = (name: string, labels: Record<string, string> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

export const configMap = (
  name: string,
  data: Record<string, string> = {},
  labels?: Record<string, string>,
): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', ...(labels === undefined ? {} : { labels }) },
  data,
});

export const pod = (name: string, annotations: Record<string, string> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', annotations },
  spec: { containers: [{ name: 'app', image: 'demo/app:1' }] },
});

export const webhookAccount = 'system:serviceaccount:keyferry-system:keyferry-webhook';
