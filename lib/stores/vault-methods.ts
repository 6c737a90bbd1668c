import type { Fields } from './fields.ts';
import { credential, object, serviceAccount, text, type Check } from './shape.ts';

/** Those that log in with a credential that has to be kept somewhere. */
const keptMethods: Readonly<Record<string, Check>> = {
  tokenSecretRef: credential,
  appRole: object({ path: text, roleId: text, roleRef: credential, secretRef: credential }),
  cert: object({ path: text, vaultRole: text, clientCert: credential, secretRef: credential }),
  ldap: object({ path: text, username: text, secretRef: credential }),
  userPass: object({ path: text, username: text, secretRef: credential }),
};

const otherMethods: Readonly<Record<string, Check>> = {
  iam: object({
    path: text,
    region: text,
    role: text,
    vaultRole: text,
    externalID: text,
    vaultAwsIamServerID: text,
    secretRef: object({
      accessKeyIDSecretRef: credential,
      secretAccessKeySecretRef: credential,
      sessionTokenSecretRef: credential,
    }),
    jwt: object({ serviceAccountRef: serviceAccount }),
  }),
  gcp: object({
    path: text,
    role: text,
    projectID: text,
    location: text,
    secretRef: object({ secretAccessKeySecretRef: credential }),
    workloadIdentity: object({
      serviceAccountRef: serviceAccount,
      clusterLocation: text,
      clusterName: text,
      clusterProjectID: text,
    }),
    serviceAccountRef: serviceAccount,
  }),
};

/** Checks the auth methods that no pod can use today, and says so; whether there was any. */
export const checkOtherMethods = (fields: Fields, needsBroker: string): boolean => {
  const all = { ...keptMethods, ...otherMethods };
  for (const [name, check] of Object.entries(all)) check(fields, name);
  fields.postpone(needsBroker, ...Object.keys(keptMethods));
  fields.postpone('is not supported; use auth.kubernetes or auth.jwt', ...Object.keys(otherMethods));
  return Object.keys(all).some((name) => fields.has(name));
};
