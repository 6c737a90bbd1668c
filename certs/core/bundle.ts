import { X509Certificate } from 'node:crypto';

/** One certificate of a bundle. */
export interface BundleEntry {
  /** Ends with a newline, as the API server wants every block to. */
  readonly pem: string;
  /** SHA-256 of the whole certificate. */
  readonly fingerprint: string;
  /** Of the pod that made it; undefined for a certificate that is not one of ours. */
  readonly podUid: string | undefined;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/gu;
const uidName = /^URI:urn:uuid:(.+)$/u;

const parseBlock = (text: string, serviceName: string): BundleEntry | undefined => {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    return undefined;
  }
  const names = certificate.subjectAltName?.split(', ') ?? [];
  const uid = names.map((name) => uidName.exec(name)?.[1]).find((found) => found !== undefined);
  return {
    pem: certificate.toString(),
    fingerprint: certificate.fingerprint256,
    podUid: names.includes(`DNS:${serviceName}`) ? uid : undefined,
    notAfter: certificate.validToDate.getTime(),
  };
};

/**
 * The certificates in a text, whatever else is in it: each once, sorted by fingerprint. One of ours is what has the
 * service's name and a pod's uid.
 */
export const parseBundle = (text: string, serviceName: string): readonly BundleEntry[] => {
  const entries = new Map<string, BundleEntry>();
  for (const [found] of text.matchAll(block)) {
    const entry = parseBlock(found, serviceName);
    if (entry !== undefined) entries.set(entry.fingerprint, entry);
  }
  return [...entries.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
};

/** Since when (monotonic milliseconds) the pods of certificates have been found to be gone, by uid. */
export type MissingPods = ReadonlyMap<string, number>;

export interface PodsObservation {
  /** Certificates of all bundles. */
  readonly entries: readonly BundleEntry[];
  readonly podUids: ReadonlySet<string>;
  readonly monotonic: number;
}

/** Notes which pods are gone now, keeping the time at which each was first found to be. */
export const trackMissing = (
  known: MissingPods,
  { entries, podUids, monotonic }: PodsObservation,
): MissingPods =>
  new Map(
    entries
      .flatMap(({ podUid }) => (podUid === undefined || podUids.has(podUid) ? [] : [podUid]))
      .map((uid) => [uid, known.get(uid) ?? monotonic]),
  );

export interface BundleInput {
  /** The bundle's text as it is: possibly empty, damaged, or full of other people's certificates. */
  readonly present: string;
  /** Name that marks certificates as those of our service. */
  readonly serviceName: string;
  readonly ownUid: string;
  /** Our own certificates that have to be in it, PEM; our others go. */
  readonly own: readonly string[];
  readonly missing: MissingPods;
  /** Whether certificates that are not one of ours go too when they have expired: where nobody else's callers read the bundle. */
  readonly othersExpire?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly monotonic: number;
}

/** For how long a Pod object has to be gone before its certificate goes: a lagging watch must not cut off a replica that has just started. */
export const missingMilliseconds = 5 * 60_000;
/** A certificate goes so long after its end, as clocks differ. */
const expiryGrace = 5 * 60_000;

const stays = (entry: BundleEntry, input: BundleInput): boolean => {
  const { ownUid, missing, now, monotonic, othersExpire = false } = input;
  const expired = now >= entry.notAfter + expiryGrace;
  // What others put there is theirs to remove, even when it has expired: we could not tell why it is there.
  if (entry.podUid === undefined) return !(expired && othersExpire);
  if (entry.podUid === ownUid || expired) return false;
  const since = missing.get(entry.podUid);
  return since === undefined || monotonic - since < missingMilliseconds;
};

/**
 * What the bundle should be: everything that is in it, with our own certificates added, and without certificates of ours whose time
 * or whose pod is over. Never does the readiness of a pod count. Text that is no certificate is left out, since the API server would refuse
 * it. The same certificates give the same bytes, so that replicas agree on when there is nothing to write.
 */
export const wantedBundle = (input: BundleInput): string => {
  const kept = parseBundle(input.present, input.serviceName).filter((entry) => stays(entry, input));
  const text = [...kept.map(({ pem }) => pem), ...input.own].join('');
  return parseBundle(text, input.serviceName)
    .map(({ pem }) => pem)
    .join('');
};

/** The fingerprints of the certificates in a text. */
export const fingerprintsIn = (text: string): ReadonlySet<string> =>
  new Set(parseBundle(text, '').map(({ fingerprint }) => fingerprint));

/** A bundle without the certificates of others. */
export const oursOnly = (text: string, serviceName: string): string =>
  parseBundle(text, serviceName)
    .filter(({ podUid }) => podUid !== undefined)
    .map(({ pem }) => pem)
    .join('');
