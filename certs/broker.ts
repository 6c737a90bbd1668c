import { brokerService } from '../lib/broker/names.ts';
import { Reflector } from '../lib/kube/reflector.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { parseNeighbour, type NeighbourPod } from './broker-pods.ts';
import { brokerTimes } from './core/schedule.ts';
import { copiedFingerprints } from './core/trust-copies.ts';
import { fileCertificates, type FileCertificates } from './file-certificates.ts';
import { startCertificateManager } from './manager.ts';
import { ownCertificates } from './own-certificates.ts';
import type { CertificateSource } from './source.ts';
import { watchTrust, type TrustSource, type TrustSourceOptions } from './trust-source.ts';
import { trustTarget } from './trust-target.ts';
import { trustConfigMap } from '../lib/broker/names.ts';

export interface BrokerCertificatesOptions extends TrustSourceOptions {
  readonly podUid: string;
  /** Names that agents call the broker by, beside those of its Service. */
  readonly furtherNames?: readonly string[];
  /** Of self-made certificates; 30 days by default, at least 10 minutes. */
  readonly lifetimeMilliseconds?: number;
  /** Files that somebody else writes, instead of self-made certificates. */
  readonly files?: {
    readonly certificateFile: string;
    readonly keyFile: string;
    /** What goes into the ConfigMap in the place of the leaf. */
    readonly authorityFile: string;
  };
}

export interface BrokerCertificates {
  /** `ready`: agents have had the time to learn of it, or nobody serves them yet. */
  readonly certificate: CertificateSource;
  /** What agents are to trust, own certificates and those of the other replicas. */
  readonly trust: TrustSource;
  stop(): Promise<void>;
}

const defaultLifetimeMilliseconds = 30 * 24 * 60 * 60_000;
/** Pods whose watch has been down for longer may have become ready meanwhile. */
const podsStaleAfter = 10_000;

const watchPods = ({ namespace, ...options }: TrustSourceOptions): Reflector<NeighbourPod> =>
  new Reflector({
    ...options,
    resource: { group: '', apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespace },
    transform: parseNeighbour,
  });

/** Whether no other replica serves, as far as the watch shows. */
const nobodyServes = (pods: Reflector<NeighbourPod>, podUid: string): boolean =>
  pods.synced &&
  pods.staleMilliseconds < podsStaleAfter &&
  !pods.objects.list().some(({ metadata, serves }) => serves && metadata.uid !== podUid);

const openFiles = async ({
  files,
  clock,
  log,
}: BrokerCertificatesOptions): Promise<Result<FileCertificates | undefined, string>> =>
  files === undefined ? ok(undefined) : fileCertificates({ ...files, clock, log });

/**
 * The broker's certificates, with the watches that they need. Needs create on ConfigMaps, get, list, watch and patch on the one
 * `keyferry-trust`, and list and watch on pods, all in the broker's own namespace.
 *
 * A replica is ready 150 s after every namespace has its certificate, as the annotation of the ConfigMap says; at once where no other replica
 * serves; and then for good.
 */
export const startBrokerCertificates = async (
  options: BrokerCertificatesOptions,
): Promise<Result<BrokerCertificates, string>> => {
  const { connection, clock, random, log, namespace, podUid, furtherNames = [] } = options;
  const { lifetimeMilliseconds = defaultLifetimeMilliseconds } = options;
  const files = await openFiles(options);
  if (!files.ok) return err(files.error);
  const watching = { connection, clock, random, log, namespace };
  const trust = watchTrust(watching);
  const pods = watchPods(watching);
  const { configMaps } = trust;
  const host = `${brokerService}.${namespace}.svc`;
  const dnsNames = [host, `${host}.cluster.local`, ...furtherNames] as const;
  const certificate = await startCertificateManager({
    clock,
    random,
    log,
    target: trustTarget({ connection, clock, namespace, configMaps }),
    furtherTargets: [],
    pods,
    podUid,
    serviceName: host,
    othersExpire: true,
    maker: files.value ?? ownCertificates({ clock, podUid, dnsNames, lifetimeMilliseconds }),
    times: brokerTimes,
    callers: 'every agent',
    reached: () => copiedFingerprints(configMaps.objects.get(namespace, trustConfigMap)),
    nobodyCalls: () => nobodyServes(pods, podUid),
  });
  const stop = async (): Promise<void> => {
    await certificate.stop();
    await Promise.all([files.value?.stop(), trust.stop(), pods.stop()]);
  };
  return ok({ certificate, trust, stop });
};
