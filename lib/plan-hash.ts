import { createHash } from 'node:crypto';

/** Names an encoded plan (`encodePlan`) in the status annotation and `/status`: the first 16 hex digits of its SHA-256. */
export const planHash = (encodedPlan: string): string =>
  createHash('sha256').update(encodedPlan).digest('hex').slice(0, 16);
