import { isRecord } from '../../../lib/kube/object.ts';
import type { Json } from './cases.ts';

type IsThere = (document: Json) => boolean;

/** The value at a path of field names; every entry of a list is tried. */
const valuesAt = (value: unknown, [name, ...rest]: readonly string[]): readonly unknown[] => {
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => valuesAt(item, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return [value];
  if (!isRecord(value) || !Object.hasOwn(value, name)) return [];
  return valuesAt(value[name], rest);
};

const has = (kind: string, path: string, wanted?: unknown): IsThere => {
  const names = path.split('.');
  return (document) =>
    document['kind'] === kind &&
    valuesAt(document, names).some((value) => wanted === undefined || value === wanted);
};

/** Whether a text somewhere below the path has this in it. */
const says = (kind: string, path: string, part: string): IsThere => {
  const names = path.split('.');
  return (document) =>
    document['kind'] === kind &&
    valuesAt(document, names).some((value) => JSON.stringify(value).includes(part));
};

const either =
  (...tests: readonly IsThere[]): IsThere =>
  (document) =>
    tests.some((isThere) => isThere(document));
const both =
  (...tests: readonly IsThere[]): IsThere =>
  (document) =>
    tests.every((isThere) => isThere(document));
const not =
  (isThere: IsThere): IsThere =>
  (document) =>
    !isThere(document);

const secretOf = (path: string): IsThere => has('ExternalSecret', `spec.${path}`);
const inStore = (provider: string, path: string, wanted?: unknown): IsThere =>
  has('SecretStore', `spec.provider.${provider}.${path}`, wanted);
const inClusterStore = (provider: string, path: string): IsThere =>
  has('ClusterSecretStore', `spec.provider.${provider}.${path}`);

/** Where workloads keep their containers and volumes. */
const workload = (path: string): IsThere =>
  either(
    ...['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => has(kind, `spec.template.spec.${path}`)),
    has('Pod', `spec.${path}`),
    has('CronJob', `spec.jobTemplate.spec.template.spec.${path}`),
  );

/** Whether a `data` list names one key of a store more than once. */
const sharesKeys: IsThere = (document) => {
  const keys = valuesAt(document, ['spec', 'data', 'remoteRef', 'key']);
  return document['kind'] === 'ExternalSecret' && new Set(keys).size < keys.length;
};

const ofVersion = (kind: string, version: string): IsThere =>
  has(kind, 'apiVersion', `external-secrets.io/${version}`);

const templateText = (part: string): IsThere => says('ExternalSecret', 'spec.target.template.data', part);

/** What teams that come from External Secrets Operator write, in manifests that are public. */
export const constructs: ReadonlyMap<string, IsThere> = new Map<string, IsThere>([
  ['a store of v1beta1', ofVersion('SecretStore', 'v1beta1')],
  ['a cluster store of v1beta1', ofVersion('ClusterSecretStore', 'v1beta1')],
  ['a cluster store of v1', ofVersion('ClusterSecretStore', 'v1')],
  ['an ExternalSecret of v1beta1', ofVersion('ExternalSecret', 'v1beta1')],
  ['an ExternalSecret of v1', ofVersion('ExternalSecret', 'v1')],
  ['AWS, by the token of a ServiceAccount', inStore('aws', 'auth.jwt.serviceAccountRef.name')],
  [
    'AWS, as a ServiceAccount of another namespace',
    inClusterStore('aws', 'auth.jwt.serviceAccountRef.namespace'),
  ],
  ['a ServiceAccount with a role', says('ServiceAccount', 'metadata.annotations', 'role-arn')],
  ['Vault, by the Kubernetes method', inStore('vault', 'auth.kubernetes.serviceAccountRef.name')],
  ['the mount path of that method', inStore('vault', 'auth.kubernetes.mountPath')],
  ['Vault, by JWT, in the older spelling', inStore('vault', 'auth.jwt.serviceAccountRef.name')],
  [
    'Vault, without a role',
    both(has('SecretStore', 'spec.provider.vault.auth.jwt'), not(inStore('vault', 'auth.jwt.role'))),
  ],
  ["a namespace of Vault's", inStore('vault', 'namespace')],
  ['a CA bundle', inStore('vault', 'caBundle')],
  ["TLS with the server's name", inStore('vault', 'tls.serverName')],
  ['TLS that says that it is verified', inStore('vault', 'tls.insecureSkipVerify', false)],
  ['TLS with a CA inline', inStore('vault', 'tls.caCert.secretRef')],
  [
    'TLS with a client certificate inline',
    both(inStore('vault', 'tls.clientCert'), inStore('vault', 'tls.clientKey')),
  ],
  ['Bitwarden', inClusterStore('bitwardensecretsmanager', 'auth.secretRef.credentials.namespace')],
  ['an SDK server', inClusterStore('bitwardensecretsmanager', 'bitwardenServerSDKURL')],
  ['a CA provider', inClusterStore('bitwardensecretsmanager', 'caProvider')],
  ['Azure, in the older spelling', inStore('azurekv', 'clientSecret.secretRef')],
  ['Google, by workload identity', inClusterStore('gcpsm', 'auth.workloadIdentity.serviceAccountRef')],
  ['Google, in the older spelling', inClusterStore('gcpsm', 'projectId')],
  ['several keys of one secret', sharesKeys],
  [
    'a whole secret without a property',
    both(has('ExternalSecret', 'spec.data'), not(secretOf('data.remoteRef.property'))),
  ],
  ['every field of a secret', secretOf('dataFrom.extract.key')],
  ['credentials of an engine', says('ExternalSecret', 'spec.data', 'database/creds/')],
  ['the id of a lease', has('ExternalSecret', 'spec.data.remoteRef.property', 'lease_id')],
  ...['300s', '15m', '1h', '60s', '3600s'].map(
    (interval) =>
      [`an interval of ${interval}`, has('ExternalSecret', 'spec.refreshInterval', interval)] as const,
  ),
  ['no interval', both(has('ExternalSecret', 'spec'), not(secretOf('refreshInterval')))],
  ['a creation policy', has('ExternalSecret', 'spec.target.creationPolicy', 'Owner')],
  ['a deletion policy', has('ExternalSecret', 'spec.target.deletionPolicy', 'Retain')],
  ['no target', both(has('ExternalSecret', 'spec'), not(secretOf('target')))],
  [
    'a template of a type alone',
    both(secretOf('target.template.type'), not(secretOf('target.template.data'))),
  ],
  ['an engine version', has('ExternalSecret', 'spec.target.template.engineVersion', 'v2')],
  ['a connection string', templateText('jdbc:')],
  ['a YAML file', templateText('settings.yaml')],
  ['a dotenv file', templateText('.env.live')],
  ['a pipe', templateText('| b64enc')],
  ['the time', templateText('now | date')],
  ['a text without a key', templateText('https://gateway.example/check')],
  ['annotations of the operator', says('ExternalSecret', 'metadata.annotations', 'external-secrets.io/')],
  [
    'a backup of the same keys in another cloud',
    has('ExternalSecret', 'metadata.name', 'partner-keys-backup'),
  ],
  ['a stand-by of the same keys in another region', has('ExternalSecret', 'metadata.name', 'core-stand-by')],
  ['a variable of a Secret', workload('containers.env.valueFrom.secretKeyRef')],
  ['a variable of a Secret in an init container', workload('initContainers.env.valueFrom.secretKeyRef')],
  ['variables of a whole Secret', workload('containers.envFrom.secretRef')],
  ['a Secret as a volume', workload('volumes.secret.secretName')],
  ['a Secret to pull images with', workload('imagePullSecrets')],
  ['a CronJob', has('CronJob', 'spec.jobTemplate')],
]);
