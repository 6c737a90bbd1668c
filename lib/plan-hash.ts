import { createHash } from 'node:crypto';

/**
 * An encoded plan as it would be whatever the broker's certificates are: they change while pods are admitted, and a pod with those of a
 * minute ago has the same plan. What is no plan stays as it is.
 */
export const trustlessPlan = (encodedPlan: string): string => {
  // Most plans have no broker, and need no parsing.
  if (!encodedPlan.includes('"trust":')) return encodedPlan;
  try {
    return JSON.stringify(JSON.parse(encodedPlan, (key, value: unknown) => (key === 'trust' ? '' : value)));
  } catch {
    return encodedPlan;
  }
};

/**
 * Names an encoded plan (`encodePlan`) in the status annotation and `/status`: the first 16 hex digits of the SHA-256 of all in it but the
 * broker's certificates.
 */
export const planHash = (encodedPlan: string): string =>
  createHash('sha256').update(trustlessPlan(encodedPlan)).digest('hex').slice(0, 16);
