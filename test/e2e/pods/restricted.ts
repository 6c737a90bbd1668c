/** What Pod Security `restricted` asks of a container. */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} as const;

/** What it asks of a pod. Here nothing has state worth a grace period. */
export const restrictedPod = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  terminationGracePeriodSeconds: 5,
} as const;
