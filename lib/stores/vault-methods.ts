import type { Fields } from './fields.ts';
import { credential, object, serviceAccount, text, type Check } from './shape.ts';

/** Those that log in as a person does. */
const passwordMethods: Readonly<Record<string, Check>> = {
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

/** Checks the auth methods that nobody can use, and says so; whether there was any. */
export const checkOtherMethods = (fields: Fields): boolean => {
  const all = { ...passwordMethods, ...otherMethods };
  for (const [name, check] of Object.entries(all)) check(fields, name);
  fields.postpone(
    'is not supported: it is a log-in for people; use auth.kubernetes or auth.jwt, or auth.appRole through the broker',
    ...Object.keys(passwordMethods),
  );
  fields.postpone('is not supported; use auth.kubernetes or auth.jwt', ...Object.keys(otherMethods));
  return Object.keys(all).some((name) => fields.has(name));
};
