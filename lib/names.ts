/** Names that users, manifests and both halves of Keyferry rely on (docs/design fixes them). */

export const annotationPrefix = 'keyferry.dev/';

export const apiGroup = 'keyferry.dev';
export const apiVersion = 'keyferry.dev/v1beta1';

/** The API of External Secrets Operator, whose objects are read where an install says so. */
export const externalSecretsGroup = 'external-secrets.io';

export const initContainerName = 'keyferry-init';
export const refreshContainerName = 'keyferry-refresh';

export const secretsVolumeName = 'keyferry-secrets';
export const stateVolumeName = 'keyferry-state';
export const identityVolumeName = 'keyferry-identity';

/** Where the volumes are mounted in our own containers; the app's mount path is the user's choice. */
export const secretsMountPath = '/keyferry/secrets';
export const stateMountPath = '/keyferry/state';
export const identityMountPath = '/keyferry/identity';

/**
 * Below the identity mount: one projected ServiceAccount token a file, the keys of the ConfigMaps that templates are in
 * (`<folder>/<name>/<key>`), and the downward API's copy of `force-sync`.
 */
export const tokensFolder = 'tokens';
export const configMapsFolder = 'configmaps';
export const forceSyncFile = 'force-sync';

export const planVariable = 'KEYFERRY_PLAN';
export const podNameVariable = 'KEYFERRY_POD_NAME';
export const podNamespaceVariable = 'KEYFERRY_POD_NAMESPACE';
export const podUidVariable = 'KEYFERRY_POD_UID';

/** The agent's program in its image. */
export const agentProgram = '/opt/keyferry/agent.cjs';

/** User and group of the agent where the pod's own settings do not decide. */
export const agentUser = 65532;

export const defaultAgentPort = 8480;
export const defaultMountPath = '/secrets';
