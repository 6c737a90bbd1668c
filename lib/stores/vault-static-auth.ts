import { given } from '../given.ts';
import { readCredentialRef, readOptionalCredentialRef, type CredentialRef } from './credential.ts';
import type { Fields } from './fields.ts';
import { readPath } from './vault-path.ts';

/** How the broker logs in to Vault with a credential that it keeps. */
export type VaultStaticAuth =
  | {
      readonly method: 'appRole';
      readonly mountPath: string;
      readonly namespace?: string;
      /** As the store has it, or where it is kept. */
      readonly roleId: string | CredentialRef;
      readonly secretId: CredentialRef;
    }
  | { readonly method: 'token'; readonly namespace?: string; readonly token: CredentialRef }
  | {
      readonly method: 'cert';
      readonly mountPath: string;
      readonly namespace?: string;
      /** Name of the certificate role; undefined: whichever fits. */
      readonly role?: string;
      /** PEM. */
      readonly certificate: CredentialRef;
      readonly key: CredentialRef;
    };

/** A role id is half of a log-in and no secret by itself, so that it may stand in the store. */
const readRoleId = (fields: Fields): string | CredentialRef | undefined => {
  const roleId = fields.optionalString('roleId');
  const roleRef = readOptionalCredentialRef(fields, 'roleRef');
  if (roleId !== undefined && fields.has('roleRef'))
    fields.reject('roleRef', 'stands beside roleId; keep one of them');
  if (!fields.has('roleId') && !fields.has('roleRef'))
    fields.reject('roleId', 'is missing; give roleId, or roleRef');
  return roleId ?? roleRef;
};

const readAppRole = (fields: Fields): VaultStaticAuth | undefined => {
  const mountPath = readPath(fields, 'path', 'approle');
  const roleId = readRoleId(fields);
  const secretId = readCredentialRef(fields, 'secretRef');
  fields.close();
  return roleId === undefined || secretId === undefined
    ? undefined
    : { method: 'appRole', mountPath, roleId, secretId };
};

const readCertificate = (fields: Fields): VaultStaticAuth | undefined => {
  const mountPath = readPath(fields, 'path', 'cert');
  const role = fields.optionalString('vaultRole');
  const certificate = readCredentialRef(fields, 'clientCert');
  const key = readCredentialRef(fields, 'secretRef');
  fields.close();
  return certificate === undefined || key === undefined
    ? undefined
    : { method: 'cert', mountPath, ...given({ role }), certificate, key };
};

/** `auth.appRole`; undefined where it is not there, or says too little (the findings say so). */
export const readAppRoleAuth = (auth: Fields): VaultStaticAuth | undefined => {
  const fields = auth.optionalObject('appRole');
  return fields && readAppRole(fields);
};

/** `auth.tokenSecretRef`, likewise. */
export const readTokenAuth = (auth: Fields): VaultStaticAuth | undefined => {
  const token = readOptionalCredentialRef(auth, 'tokenSecretRef');
  return token && { method: 'token', token };
};

/** `auth.cert`, likewise. */
export const readCertificateAuth = (auth: Fields): VaultStaticAuth | undefined => {
  const fields = auth.optionalObject('cert');
  return fields && readCertificate(fields);
};
