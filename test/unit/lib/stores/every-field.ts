const credential = { name: 'kept', key: 'token', namespace: 'payments' };
const serviceAccountRef = { name: 'api', namespace: 'payments', audiences: ['vault'] };
const awsKey = {
  accessKeyIDSecretRef: credential,
  secretAccessKeySecretRef: credential,
  sessionTokenSecretRef: credential,
};
const caProvider = { type: 'ConfigMap', name: 'ca', key: 'ca.crt', namespace: 'payments' };
const workloadIdentity = {
  serviceAccountRef,
  clusterLocation: 'europe',
  clusterName: 'one',
  clusterProjectID: 'project',
};
const caBundle = Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n').toString(
  'base64',
);

const vaultAuth = {
  namespace: 'team',
  tokenSecretRef: credential,
  appRole: { path: 'approle', roleId: 'r', roleRef: credential, secretRef: credential },
  kubernetes: { mountPath: 'kubernetes', serviceAccountRef, secretRef: credential, role: 'r' },
  ldap: { path: 'ldap', username: 'u', secretRef: credential },
  jwt: {
    path: 'jwt',
    role: 'r',
    secretRef: credential,
    kubernetesServiceAccountToken: { serviceAccountRef, audiences: ['vault'], expirationSeconds: 600 },
  },
  cert: { path: 'cert', vaultRole: 'r', clientCert: credential, secretRef: credential },
  iam: {
    path: 'aws',
    region: 'eu-central-1',
    role: 'r',
    vaultRole: 'r',
    externalID: 'x',
    vaultAwsIamServerID: 'v',
    secretRef: awsKey,
    jwt: { serviceAccountRef },
  },
  userPass: { path: 'userpass', username: 'u', secretRef: credential },
  gcp: {
    path: 'gcp',
    role: 'r',
    projectID: 'p',
    location: 'l',
    secretRef: { secretAccessKeySecretRef: credential },
    workloadIdentity,
    serviceAccountRef,
  },
};

const role = 'arn:aws:iam::111122223333:role/payments';

/** Every field that external-secrets.io/v1 has for the providers that Keyferry knows, each with a value of its type. */
export const everyProvider = {
  vault: {
    auth: vaultAuth,
    server: 'https://vault.example',
    path: 'kv',
    version: 'v2',
    namespace: 'team',
    caBundle,
    tls: { certSecretRef: credential, keySecretRef: credential },
    caProvider,
    readYourWrites: true,
    forwardInconsistent: true,
    headers: { 'X-Team': 'payments' },
    checkAndSet: { required: true },
  },
  aws: {
    service: 'SecretsManager',
    auth: { secretRef: awsKey, jwt: { serviceAccountRef } },
    role,
    region: 'eu-central-1',
    additionalRoles: [role],
    externalID: 'payments-7c2d',
    sessionTags: [{ key: 'team', value: 'payments' }],
    secretsManager: { forceDeleteWithoutRecovery: true, recoveryWindowInDays: 7 },
    transitiveTagKeys: ['esoNamespace'],
    sessionTagsPolicy: 'Custom',
    customSessionTags: { team: 'payments' },
    prefix: 'prod/',
  },
  bitwardensecretsmanager: {
    apiURL: 'https://api.bitwarden.com',
    identityURL: 'https://identity.bitwarden.com',
    bitwardenServerSDKURL: 'https://sdk.example:9998',
    caBundle,
    caProvider,
    organizationID: '0c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e',
    projectID: '1C5A8D0E-2f1b-4a65-9d3f-7e1c2b3a4d5e',
    auth: { secretRef: { credentials: credential } },
  },
  azurekv: {
    authType: 'WorkloadIdentity',
    vaultUrl: 'https://payments.vault.azure.net',
    tenantId: 't',
    environmentType: 'PublicCloud',
    authSecretRef: {
      clientId: credential,
      tenantId: credential,
      clientSecret: credential,
      clientCertificate: credential,
    },
    serviceAccountRef,
    identityId: 'i',
    useAzureSDK: true,
    customCloudConfig: {
      activeDirectoryEndpoint: 'https://login.example',
      keyVaultEndpoint: 'https://vault.example',
      keyVaultDNSSuffix: 'vault.example',
      resourceManagerEndpoint: 'https://management.example',
    },
  },
  gcpsm: {
    auth: {
      secretRef: { secretAccessKeySecretRef: credential },
      workloadIdentity,
      workloadIdentityFederation: {
        credConfig: { name: 'c', namespace: 'payments', key: 'k' },
        serviceAccountRef,
        awsSecurityCredentials: {
          region: 'eu-central-1',
          awsCredentialsSecretRef: { name: 'a', namespace: 'payments' },
        },
        audience: 'a',
        externalTokenEndpoint: 'https://token.example',
        gcpServiceAccountEmail: 'api@project.iam.gserviceaccount.com',
      },
    },
    projectID: 'project',
    location: 'europe-west3',
    secretVersionSelectionPolicy: 'LatestOrFail',
  },
} as const;

/** What stands beside the provider. */
export const everySpecField = {
  controller: 'one',
  retrySettings: { maxRetries: 5, retryInterval: '10s' },
  refreshInterval: 3600,
  conditions: [
    {
      namespaceSelector: { matchLabels: { team: 'payments' } },
      namespaces: ['payments'],
      namespaceRegexes: ['^pay'],
    },
  ],
};
