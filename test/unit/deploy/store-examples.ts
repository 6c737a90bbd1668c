const certificate = Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n').toString(
  'base64',
);
const role = 'arn:aws:iam::111122223333:role/payments';
const serviceAccountRef = { name: 'payments', namespace: 'payments', audiences: ['vault'] };

const credential = { name: 'kept', key: 'token', namespace: 'payments' };

/** Providers as users write them; between them every field that the schema describes. */
export const providers: Readonly<Record<string, object>> = {
  'vault with kubernetes auth and every field': {
    vault: {
      server: 'https://vault.vault.svc:8200',
      path: 'secret',
      version: 'v2',
      namespace: 'team',
      caBundle: certificate,
      tls: { serverName: 'vault', certSecretRef: credential, keySecretRef: credential },
      auth: {
        namespace: 'admin',
        kubernetes: { mountPath: 'kubernetes', role: 'payments', serviceAccountRef },
      },
    },
  },
  'vault with jwt auth and every field': {
    vault: {
      server: 'https://vault.vault.svc:8200',
      path: 'secret',
      version: 'v1',
      auth: {
        jwt: {
          path: 'jwt',
          role: 'payments',
          kubernetesServiceAccountToken: {
            serviceAccountRef,
            audiences: ['vault'],
            expirationSeconds: 600,
          },
        },
      },
    },
  },
  'vault with jwt auth written short': {
    vault: { server: 'https://vault', auth: { jwt: { role: 'payments', serviceAccountRef } } },
  },
  'vault with a role of AppRole': {
    vault: {
      server: 'https://vault',
      auth: { appRole: { path: 'approle', roleId: 'keyferry', secretRef: credential } },
    },
  },
  'vault with a kept role of AppRole': {
    vault: { server: 'https://vault', auth: { appRole: { roleRef: credential, secretRef: credential } } },
  },
  'vault with a kept token': { vault: { server: 'https://vault', auth: { tokenSecretRef: credential } } },
  'vault with a kept certificate': {
    vault: {
      server: 'https://vault',
      auth: {
        cert: { path: 'cert', vaultRole: 'keyferry', clientCert: credential, secretRef: credential },
      },
    },
  },
  'vault with the least': { vault: { server: 'https://vault', auth: { kubernetes: { role: 'payments' } } } },
  'aws with every field': {
    aws: {
      service: 'SecretsManager',
      region: 'eu-central-1',
      prefix: 'prod/',
      role,
      additionalRoles: [role],
      externalID: 'payments-7c2d',
      sessionTags: [{ key: 'team', value: 'payments' }],
      transitiveTagKeys: ['team'],
      endpoints: { secretsManager: 'https://secrets.example', sts: 'https://sts.example' },
      caBundle: certificate,
      auth: { jwt: { serviceAccountRef: { ...serviceAccountRef, audiences: ['sts.amazonaws.com'] } } },
    },
  },
  "aws with the policy's tags": {
    aws: {
      region: 'eu-central-1',
      role,
      sessionTagsPolicy: 'Custom',
      customSessionTags: { team: 'payments' },
      transitiveTagKeys: ['esoNamespace'],
    },
  },
  'aws with a kept key': {
    aws: {
      region: 'eu-central-1',
      auth: {
        secretRef: {
          accessKeyIDSecretRef: credential,
          secretAccessKeySecretRef: credential,
          sessionTokenSecretRef: credential,
        },
      },
    },
  },
  'aws with the least': { aws: { region: 'eu-central-1' } },
  'bitwarden with every field': {
    bitwardensecretsmanager: {
      apiURL: 'https://api.bitwarden.example',
      identityURL: 'https://identity.bitwarden.example',
      organizationID: '0c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e',
      projectID: '1c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e',
      auth: { secretRef: { credentials: credential } },
      bitwardenServerSDKURL: 'https://sdk.example:9998',
      caBundle: certificate,
    },
  },
  file: { file: { path: '/keyferry/demo/secrets.yaml' } },
};

export const conditions = [
  {
    namespaceSelector: {
      matchLabels: { team: 'payments' },
      matchExpressions: [{ key: 'stage', operator: 'In', values: ['production'] }],
    },
  },
  { namespaces: ['payments'] },
  { namespaceRegexes: ['^team-'] },
];

export const access = [
  { namespaces: ['payments'], serviceAccounts: ['api'], keys: ['payments/*'] },
  { namespaceSelector: conditions[0]?.namespaceSelector, keys: ['${namespace}/*'] },
];
