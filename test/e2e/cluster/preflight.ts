import { KubectlError, type Kubectl } from './kubectl.ts';

/** Kubernetes 1.<minor>: the first that has all that Keyferry needs. */
const oldestMinor = 30;

export const systemNamespace = 'keyferry-system';
/** Namespaces of a run begin so. */
export const testNamespacePrefix = 'keyferry-e2e-';

interface VersionAnswer {
  readonly serverVersion: { readonly major: string; readonly minor: string; readonly gitVersion: string };
}

const versionProblem = ({
  serverVersion: { major, minor, gitVersion },
}: VersionAnswer): string | undefined =>
  Number(major) === 1 && Number.parseInt(minor, 10) < oldestMinor
    ? `the API server is ${gitVersion}; Keyferry needs 1.${oldestMinor} or later`
    : undefined;

const rightsProblem = async (kubectl: Kubectl): Promise<string | undefined> => {
  const { code } = await kubectl.attempt(['auth', 'can-i', '*', '*', '--all-namespaces', '--quiet']);
  return code === 0
    ? undefined
    : 'the run makes namespaces, CRDs, cluster roles and admission configuration: it needs the rights of cluster-admin';
};

const leftoverProblem = async (kubectl: Kubectl, force: boolean): Promise<string | undefined> => {
  const listed = await kubectl.run(['get', 'namespaces', '--output', 'name']);
  const taken = listed
    .split('\n')
    .map((line) => line.replace('namespace/', ''))
    .filter((name) => name === systemNamespace || name.startsWith(testNamespacePrefix));
  if (taken.length === 0 || force) return undefined;
  return `namespace ${taken.join(', ')} is there already. A run replaces an installation of Keyferry and takes it away at its end; if that is what you want, set E2E_FORCE=1`;
};

export interface Cluster {
  /** As the API server names its version. */
  readonly version: string;
}

/** Looks whether the cluster of the current kubeconfig will do; throws a sentence where it will not. */
export const inspectCluster = async (kubectl: Kubectl, force: boolean): Promise<Cluster> => {
  const version = await kubectl.json<VersionAnswer>(['version']).catch((error: unknown) => {
    throw error instanceof KubectlError || error instanceof SyntaxError
      ? new Error(`no cluster answers to kubectl: ${error.message}`)
      : error;
  });
  const problem =
    versionProblem(version) ?? (await rightsProblem(kubectl)) ?? (await leftoverProblem(kubectl, force));
  if (problem !== undefined) throw new Error(problem);
  return { version: version.serverVersion.gitVersion };
};
