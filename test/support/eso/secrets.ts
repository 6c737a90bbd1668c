import type { Manifest } from '../../emulators/kube-api/kube-api.ts';
import type { Files } from './cases.ts';

/** The Secrets that External Secrets Operator would have made of the files of a case. */
export const secretsOf = (files: Files, namespace: string): readonly Manifest[] => {
  const paths = Object.keys(files).map((path) => path.split('/') as [string, string]);
  return [...new Set(paths.map(([name]) => name))].map((name) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    data: Object.fromEntries(
      paths
        .filter(([target]) => target === name)
        .map(([, key]) => [key, Buffer.from(files[`${name}/${key}`] ?? '', 'latin1').toString('base64')]),
    ),
  }));
};
