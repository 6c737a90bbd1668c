import type { KubeObject } from '../../../lib/kube/object.ts';
import type { Manifest } from '../../emulators/kube-api/kube-api.ts';
import type { PolicyRow } from './row.ts';

const apiVersion = 'keyferry.dev/v1beta1';

/** A row among others in one cluster: its store and its ExternalSecrets have names of their own. */
export interface RowInCluster {
  readonly row: PolicyRow;
  readonly storeName: string;
  /** The store and the ExternalSecrets, for the API server. */
  readonly objects: readonly Manifest[];
  /** A rule of the table as it reads here. */
  rule(text: string): string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every reference to the row's store, wherever in a manifest it is. */
const renamed = (value: unknown, from: string, to: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => renamed(item, from, to));
  if (!isRecord(value)) return value;
  const isStore = /^(?:Cluster)?SecretStore$/.test(String(value['kind'])) && value['name'] === from;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isStore && key === 'name' ? to : renamed(item, from, to),
    ]),
  );
};

export const rowInCluster = (row: PolicyRow, index: number): RowInCluster => {
  const { store, externalSecrets } = row;
  const storeName = `store-${index}`;
  const own = (name: string | undefined): string => `${name ?? ''}-${index}`;
  return {
    row,
    storeName,
    objects: [
      { apiVersion, ...store, metadata: { ...store.metadata, name: storeName } },
      ...externalSecrets.map(({ metadata, spec }) => ({
        apiVersion,
        kind: 'ExternalSecret',
        metadata: { ...metadata, name: own((metadata as KubeObject['metadata']).name) },
        spec: renamed(spec, store.metadata.name ?? '', storeName),
      })),
    ],
    rule: (text) => text.replace(/^(ExternalSecret .*)$/, `$1-${index}`),
  };
};

/** Rows that one cluster and one install can hold: those to which a namespace has the same labels. */
export const clustersOf = (rows: readonly PolicyRow[]): readonly (readonly PolicyRow[])[] => {
  const clusters: { readonly labels: Map<string, string>; readonly install: string; rows: PolicyRow[] }[] =
    [];
  for (const row of rows) {
    const { namespace, namespaceLabels } = row.who;
    const labels = JSON.stringify(namespaceLabels ?? null);
    const install = JSON.stringify(row.install);
    let found = clusters.find(
      (cluster) => cluster.install === install && (cluster.labels.get(namespace) ?? labels) === labels,
    );
    if (found === undefined) clusters.push((found = { labels: new Map(), install, rows: [] }));
    found.labels.set(namespace, labels);
    found.rows.push(row);
  }
  return clusters.map((cluster) => cluster.rows);
};
