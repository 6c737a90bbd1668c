import { quoted } from '../text.ts';
import type { Fields } from './fields.ts';
import { readServer } from './server.ts';
import { requiredText, type Check } from './shape.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const checkId: Check = (fields, name) => {
  const id = fields.string(name);
  if (id !== '' && !uuid.test(id)) fields.unusable(name, `is ${quoted(id)}; ids of Bitwarden are UUIDs`);
};

const checkCredentials = (fields: Fields): void => {
  const auth = fields.requiredObject('auth');
  const secretRef = auth?.requiredObject('secretRef');
  const credentials = secretRef?.requiredObject('credentials');
  for (const name of ['name', 'key']) if (credentials !== undefined) requiredText(credentials, name);
  credentials?.ignore('is ignored: a credential is kept for the store, whatever its namespace', 'namespace');
  for (const part of [credentials, secretRef, auth]) part?.close();
};

/**
 * Checks `spec.provider.bitwardensecretsmanager`. All that Bitwarden lets in is the token of a machine account, which takes the broker to
 * keep it: no pod can be served yet.
 */
export const readBitwarden = (fields: Fields): undefined => {
  for (const [name, example] of [
    ['apiURL', 'https://api.bitwarden.com'],
    ['identityURL', 'https://identity.bitwarden.com'],
  ] as const)
    readServer(fields, name, { required: false, example });
  for (const name of ['organizationID', 'projectID']) checkId(fields, name);
  checkCredentials(fields);
  fields.ignore(
    'has no effect: Keyferry needs no SDK server',
    'bitwardenServerSDKURL',
    'caProvider',
    'caBundle',
  );
  fields.unusable('auth', 'needs the broker, which is not supported yet');
  fields.close();
};
