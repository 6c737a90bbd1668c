import { given } from '../given.ts';
import { readCredentialRef, readOptionalCredentialRef, type CredentialRef } from './credential.ts';
import type { Fields } from './fields.ts';

/** A key of AWS that the broker keeps. */
export interface AwsAccessKey {
  readonly accessKeyId: CredentialRef;
  readonly secretAccessKey: CredentialRef;
  readonly sessionToken?: CredentialRef;
}

/** A part of the key, by its name of today or by an older one. */
const readPart = (fields: Fields, today: string, older: string): CredentialRef | undefined => {
  if (!fields.has(older)) return readCredentialRef(fields, today);
  fields.warn(older, `is an older spelling of ${today}`);
  const part = readCredentialRef(fields, older);
  if (fields.has(today)) {
    readCredentialRef(fields, today);
    fields.reject(older, `stands beside ${today}; keep that`);
  }
  return part;
};

/** Reads `auth.secretRef`; undefined where it does not name a whole key (the findings say so). */
export const readAwsAccessKey = (fields: Fields): AwsAccessKey | undefined => {
  const accessKeyId = readPart(fields, 'accessKeyIDSecretRef', 'accessKeyID');
  const secretAccessKey = readPart(fields, 'secretAccessKeySecretRef', 'secretAccessKey');
  const sessionToken = readOptionalCredentialRef(fields, 'sessionTokenSecretRef');
  fields.close();
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey, ...given({ sessionToken }) };
};
