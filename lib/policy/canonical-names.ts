/** One form for all spellings of a key: its text is `<realm>:<name>`. */
export interface CanonicalKey {
  /** What the name is unique in. The number of colons in it follows from its first word, so that no two keys have one text. */
  readonly realm: string;
  readonly name: string;
}

/** Stands for the account that a store's credential belongs to, where nothing says which that is. */
export const ownAccount = 'own';

export const canonicalText = ({ realm, name }: CanonicalKey): string => `${realm}:${name}`;

export const vaultRealm = (namespace = ''): string => `vault:${encodeURIComponent(namespace)}`;

/** A key of Vault: the path of its mount and below it, without the `data` of KV v2's API. */
export const vaultCanonical = (place: {
  /** Of Vault; undefined: the root. */
  readonly namespace?: string | undefined;
  readonly segments: readonly string[];
}): string => canonicalText({ realm: vaultRealm(place.namespace), name: place.segments.join('/') });

export const awsRealm = ({
  account,
  region,
}: {
  readonly account: string;
  readonly region: string;
}): string => `aws:${account}:${region}`;

/** A secret of AWS Secrets Manager by its true name, without the suffix that ARNs have. */
export const awsCanonical = (secret: {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}): string => canonicalText({ realm: awsRealm(secret), name: secret.name });

/** A name is compared with names and an id with ids: which name an id has is not known before it is read. */
export const bitwardenRealm = (projectId: string, kind: 'id' | 'name'): string =>
  `bitwarden:${projectId.toLowerCase()}:${kind}`;

const written = /^(?<realm>vault:[^:]*|(?:aws|bitwarden):[^:]*:[^:]*|file):(?<name>.*)$/su;

/** Reads the text of a canonical key. What is none is of no realm, and so nobody's. */
const parse = (canonical: string): CanonicalKey => {
  const { realm = '', name = '' } = written.exec(canonical)?.groups ?? {};
  return { realm, name };
};

/**
 * What a provider says that a key turned out to be, in the realm of the key that was asked for. A plain name of AWS is looked up in the
 * credential's own account, so where that account was not known before, it is the one that answered.
 */
export const settledKey = (asked: CanonicalKey, canonical: string): CanonicalKey => {
  const own = `aws:${ownAccount}:`;
  return parse(asked.realm.startsWith(own) ? canonical.replace(/^aws:[0-9]{12}:/u, own) : canonical);
};
