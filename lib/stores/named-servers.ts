import { matchesServer } from '../server-glob.ts';
import { quoted, sentenceList } from '../text.ts';
import type { Store } from './store.ts';

/** What an install lets stores name. */
export interface ServerRules {
  /** Whether stores may name http servers. */
  readonly allowHttp: boolean;
  /** Globs of what SecretStores may name; undefined: anything. */
  readonly allowedServers?: readonly string[];
}

/** The servers that a store means without naming any. */
const bitwardenCloud: readonly string[] = ['https://api.bitwarden.com', 'https://identity.bitwarden.com'];

/** The addresses that a store names, with the fields that name them. What follows from a region, or is a default, is not named. */
const namedServers = ({ provider }: Store): readonly (readonly [string, string])[] => {
  switch (provider.type) {
    case 'vault':
      return [['vault.server', provider.server]];
    case 'file':
      return [];
    case 'bitwardensecretsmanager':
      return [
        ['bitwardensecretsmanager.apiURL', provider.apiUrl] as const,
        ['bitwardensecretsmanager.identityURL', provider.identityUrl] as const,
      ].filter(([, server]) => !bitwardenCloud.includes(server));
    case 'aws':
      return [
        ['aws.endpoints.secretsManager', provider.secretsManagerEndpoint] as const,
        ['aws.endpoints.sts', provider.stsEndpoint] as const,
      ].flatMap(([field, server]) => (server === undefined ? [] : [[field, server] as const]));
  }
};

/** What is wrong with the servers that a store names: sentences, to be read after the store's name. */
export const serverProblems = (
  store: Store,
  { allowHttp, allowedServers }: ServerRules,
): readonly string[] => {
  const allowed = store.kind === 'SecretStore' ? allowedServers : undefined;
  return namedServers(store).flatMap(([field, server]) => {
    const subject = `spec.provider.${field} is ${quoted(server)}`;
    const messages: string[] = [];
    if (server.startsWith('http:') && !allowHttp) messages.push(`${subject}; only https is allowed here`);
    if (allowed !== undefined && !allowed.some((glob) => matchesServer(glob, server))) {
      const list = allowed.length === 0 ? 'none' : sentenceList(allowed, 'or');
      messages.push(`${subject}; this install lets SecretStores name ${list}`);
    }
    return messages;
  });
};
