import type { Fields } from './fields.ts';
import {
  checkShape,
  credential,
  flag,
  object,
  older,
  oneOf,
  requiredText,
  serviceAccount,
  text,
} from './shape.ts';

/** Checks `spec.provider.azurekv`, all fields of external-secrets.io/v1 and what is written for them in the wild. */
export const checkAzure = (fields: Fields): void => {
  checkShape(fields, {
    vaultUrl: text,
    tenantId: text,
    authType: oneOf('ServicePrincipal', 'ManagedIdentity', 'WorkloadIdentity'),
    environmentType: oneOf(
      'PublicCloud',
      'USGovernmentCloud',
      'ChinaCloud',
      'GermanCloud',
      'AzureStackCloud',
    ),
    authSecretRef: object({
      clientId: credential,
      tenantId: credential,
      clientSecret: credential,
      clientCertificate: credential,
    }),
    serviceAccountRef: serviceAccount,
    identityId: text,
    useAzureSDK: flag,
    customCloudConfig: object({
      activeDirectoryEndpoint: requiredText,
      keyVaultEndpoint: text,
      keyVaultDNSSuffix: text,
      resourceManagerEndpoint: text,
    }),
    clientId: older('authSecretRef.clientId', text),
    clientSecret: older('authSecretRef.clientSecret', object({ secretRef: credential })),
  });
};
