import type { Kubectl } from './cluster/kubectl.ts';
import { added, listClusterObjects, type Inventory } from './cluster/inventory.ts';
import { testNamespacePrefix } from './cluster/preflight.ts';
import type { Installation } from './install.ts';

const seconds = 180;

/** Deletes what a run has made, and waits for its end: the namespaces, then everything that `deploy/base` names. */
export const cleanUp = async (kubectl: Kubectl, installation: Installation): Promise<void> => {
  const listed = await kubectl.run(['get', 'namespaces', '--output', 'name']);
  const namespaces = listed.split('\n').filter((line) => line.startsWith(`namespace/${testNamespacePrefix}`));
  const remove = ['delete', ...namespaces, '--ignore-not-found'];
  if (namespaces.length > 0) await kubectl.run([...remove, '--wait=false']);
  await installation.remove(kubectl);
  if (namespaces.length > 0) await kubectl.run([...remove, `--timeout=${seconds}s`]);
};

/** Everything that the manifests and the run itself make has this in its name. */
const ours = 'keyferry';

/**
 * Looks for what lies outside of namespaces and was not there before. Throws where it is ours; what somebody else made in a cluster that
 * several people use is returned.
 */
export const verifyNothingLeft = async (kubectl: Kubectl, before: Inventory): Promise<readonly string[]> => {
  const left = added(before, await listClusterObjects(kubectl));
  const forgotten = left.filter((name) => name.includes(ours));
  if (forgotten.length > 0) throw new Error(`the run has left behind ${forgotten.join(', ')}`);
  return left;
};
