import type { Fields } from './fields.ts';
import { checkShape, credential, object, older, oneOf, requiredText, serviceAccount, text } from './shape.ts';

const workloadIdentity = object({
  serviceAccountRef: serviceAccount,
  clusterLocation: text,
  clusterName: text,
  clusterProjectID: text,
});

const federation = object({
  credConfig: object({ name: requiredText, key: requiredText, namespace: text }),
  serviceAccountRef: serviceAccount,
  awsSecurityCredentials: object({
    region: requiredText,
    awsCredentialsSecretRef: object({ name: requiredText, namespace: text }),
  }),
  audience: text,
  externalTokenEndpoint: text,
  gcpServiceAccountEmail: text,
});

/** Checks `spec.provider.gcpsm`, all fields of external-secrets.io/v1 and what is written for them in the wild. */
export const checkGoogle = (fields: Fields): void => {
  checkShape(fields, {
    projectID: text,
    location: text,
    secretVersionSelectionPolicy: oneOf('LatestOrFail', 'LatestOrFetch'),
    auth: object({
      secretRef: object({
        secretAccessKeySecretRef: credential,
        secretAccessKey: older('secretAccessKeySecretRef', credential),
      }),
      workloadIdentity,
      workloadIdentityFederation: federation,
    }),
    projectId: older('projectID', text),
  });
};
