/** What this machine lets podbox do. */

/** Whether podbox may change owners and users, as a kubelet may. */
export const isRoot = (): boolean => process.getuid?.() === 0;
