import { quoted } from '../text.ts';
import { isBitwardenId } from './bitwarden-id.ts';
import { readCredentialRef, type CredentialRef } from './credential.ts';
import type { Fields } from './fields.ts';
import { checkCaProvider, readCaBundle, readServer } from './server.ts';

/** `spec.provider.bitwardensecretsmanager`, checked. */
export interface BitwardenStore {
  readonly type: 'bitwardensecretsmanager';
  /** Base URLs without a trailing slash. Default: Bitwarden's own cloud. */
  readonly apiUrl: string;
  readonly identityUrl: string;
  /** Lower case. */
  readonly organizationId: string;
  readonly projectId: string;
  /** PEM, for both servers. */
  readonly caBundle?: string;
  /** The machine account's access token. */
  readonly token: CredentialRef;
}

/** An id that is none keeps pods from being served, no more: examples and half-done manifests have a word in its place. */
const readId = (fields: Fields, name: string): string => {
  const id = fields.string(name);
  if (id !== '' && !isBitwardenId(id)) fields.unusable(name, `is ${quoted(id)}; ids of Bitwarden are UUIDs`);
  return id.toLowerCase();
};

const cloud = { apiURL: 'https://api.bitwarden.com', identityURL: 'https://identity.bitwarden.com' } as const;

/** The default of one server next to another's address would send the machine account's secret to a stranger. */
const readServers = (fields: Fields): Pick<BitwardenStore, 'apiUrl' | 'identityUrl'> => {
  const read = (name: keyof typeof cloud): string =>
    readServer(fields, name, { required: false, example: cloud[name] });
  const [apiUrl, identityUrl] = [read('apiURL'), read('identityURL')];
  for (const [missing, given, server] of [
    ['identityURL', 'apiURL', apiUrl],
    ['apiURL', 'identityURL', identityUrl],
  ] as const) {
    if (fields.has(missing) || server === '' || server === cloud[given]) continue;
    fields.unusable(
      missing,
      `is missing, and ${given} is not that of Bitwarden's cloud; give both or neither`,
    );
  }
  return { apiUrl: apiUrl || cloud.apiURL, identityUrl: identityUrl || cloud.identityURL };
};

/** External Secrets Operator has one more server, with a certificate of its own: where that is named, the bundle is for it. */
const readTrust = (fields: Fields): Pick<BitwardenStore, 'caBundle'> => {
  if (fields.optionalString('bitwardenServerSDKURL') === undefined) {
    const bundle = readCaBundle(fields);
    checkCaProvider(fields);
    return bundle;
  }
  fields.ignore('is not needed: Keyferry reads Bitwarden itself', 'bitwardenServerSDKURL');
  fields.ignore(
    'has no effect: it is for the server of bitwardenServerSDKURL; leave that out to have it for Bitwarden itself',
    'caBundle',
    'caProvider',
  );
  return {};
};

const readToken = (fields: Fields): CredentialRef | undefined => {
  const auth = fields.requiredObject('auth');
  const secretRef = auth?.requiredObject('secretRef');
  const token = secretRef === undefined ? undefined : readCredentialRef(secretRef, 'credentials');
  for (const part of [secretRef, auth]) part?.close();
  return token;
};

/** Reads `spec.provider.bitwardensecretsmanager`; undefined where it names no token (the findings say so). */
export const readBitwarden = (fields: Fields): BitwardenStore | undefined => {
  const servers = readServers(fields);
  const [organizationId, projectId] = [readId(fields, 'organizationID'), readId(fields, 'projectID')];
  const trust = readTrust(fields);
  const token = readToken(fields);
  fields.close();
  if (token === undefined) return undefined;
  return { type: 'bitwardensecretsmanager', ...servers, organizationId, projectId, ...trust, token };
};
