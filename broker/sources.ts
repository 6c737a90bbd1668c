import { startBrokerCertificates, type BrokerCertificates } from '../certs/broker.ts';
import { watchInstallFile, type InstallFile } from '../lib/broker/install-file.ts';
import { given } from '../lib/given.ts';
import { startApiCache } from '../lib/kube/api-cache.ts';
import type { ObjectCache } from '../lib/kube/cache.ts';
import { connect, type KubeConnection } from '../lib/kube/connection.ts';
import { waitForServer } from '../lib/kube/wait-for-server.ts';
import type { RunOptions } from '../lib/program.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { BrokerConfig } from './flags.ts';

/** Who this replica is, from the downward API. */
interface Replica {
  readonly namespace: string;
  readonly podUid: string;
  readonly serviceAccount: string;
}

/** What a replica is run with. */
export interface BrokerRunOptions extends RunOptions<BrokerConfig> {
  readonly replica: Replica;
}

/** What the broker lives on. */
export interface Sources {
  readonly connection: KubeConnection;
  readonly cache: ObjectCache;
  readonly certificates: BrokerCertificates;
  readonly install: InstallFile;
}

/** Starts what the broker lives on; all problems that waiting cannot cure are errors. */
export const openSources = async (options: BrokerRunOptions): Promise<Result<Sources, readonly string[]>> => {
  const { config, replica, clock, random, log } = options;
  const { kubeconfig: path } = config;
  const connection = connect(path === undefined ? { kind: 'in-cluster' } : { kind: 'kubeconfig', path });
  if (!connection.ok) return err([connection.error]);
  const install = await watchInstallFile({ path: config.brokerConfig, clock, log });
  if (!install.ok) return install;
  const version = await waitForServer(connection.value, options);
  const common = { connection: connection.value, clock, random, log };
  const certificates = version.ok
    ? await startBrokerCertificates({
        ...common,
        namespace: replica.namespace,
        podUid: replica.podUid,
        lifetimeMilliseconds: config.certificateLifetimeMs,
        furtherNames: config.serverNames,
        ...given({ files: config.certificateFiles }),
      })
    : version;
  if (!certificates.ok) {
    await install.value.stop();
    return err([certificates.error]);
  }
  const cache = startApiCache({ ...common, externalSecretsOperator: config.externalSecretsOperatorRead });
  return ok({
    connection: connection.value,
    cache,
    certificates: certificates.value,
    install: install.value,
  });
};
