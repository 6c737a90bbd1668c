import { stringify } from 'yaml';

/** A kubeconfig file for one user of one server. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ */
export const kubeconfigFor = (options: {
  readonly url: string;
  readonly caPem: string;
  readonly user: string;
  readonly token: string;
}): string => {
  const { url, caPem, user, token } = options;
  const name = 'kube-api';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  });
};
