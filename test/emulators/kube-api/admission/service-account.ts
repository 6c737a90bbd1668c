import { isRecord, textOr, type KubeObject } from '../objects/types.ts';
import { refuse } from '../requests/status.ts';

/**
 * What the ServiceAccount admission plugin does to a new Pod: names the account, and refuses one that does not exist. The token volume
 * that it also adds is left out: nothing of Keyferry uses it.
 */
export const withServiceAccount = (
  pod: KubeObject,
  exists: (namespace: string, name: string) => boolean,
): KubeObject => {
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  const { name = '', namespace = '' } = pod.metadata;
  const account = textOr(spec['serviceAccountName'], textOr(spec['serviceAccount'], 'default'));
  if (!exists(namespace, account)) {
    const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    throw refuse(403, `pods "${name}" is forbidden: ${why}`);
  }
  return { ...pod, spec: { ...spec, serviceAccountName: account, serviceAccount: account } };
};
