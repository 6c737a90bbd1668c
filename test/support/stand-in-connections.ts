import type { AwsServer } from '../emulators/aws/server.ts';
import type { VaultServer } from '../emulators/vault/server.ts';

/** How a stand-in's KV engine at `kv` is reached: what a store says of a Vault, but for the login. */
export const vaultAt = ({ url, caPem }: Pick<VaultServer, 'url' | 'caPem'>) =>
  ({ type: 'vault', server: url, allowHttp: false, path: 'kv', kvVersion: 'v2', caBundle: caPem }) as const;

/** The login of pods: a ServiceAccount's token, for the role `app`. */
export const kubernetesLogin = {
  method: 'kubernetes',
  mountPath: 'kubernetes',
  role: 'app',
  token: 'vault',
} as const;

/** How a stand-in's account is reached: what a store says of AWS, but for the login. */
export const awsAt = ({
  secretsManagerUrl,
  stsUrl,
  caPem,
}: Pick<AwsServer, 'secretsManagerUrl' | 'stsUrl' | 'caPem'>) =>
  ({
    type: 'aws',
    region: 'eu-central-1',
    allowHttp: false,
    secretsManagerEndpoint: secretsManagerUrl,
    stsEndpoint: stsUrl,
    caBundle: caPem,
    prefix: '',
  }) as const;
