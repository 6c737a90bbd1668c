import { createHash } from 'node:crypto';

/** What is remembered of a `force-sync` value: an annotation may be large. Undefined for an empty or absent one. */
export const forceSyncDigest = (value: string | undefined): string | undefined =>
  value === undefined || value === ''
    ? undefined
    : createHash('sha256').update(value).digest('hex').slice(0, 16);

/** Whether a value asks for a refresh: it is new. Taking the annotation away asks for nothing. */
export const asksForRefresh = (known: string | undefined, seen: string | undefined): boolean =>
  seen !== undefined && seen !== known;
