import { hash } from 'node:crypto';

/** What agents tell the broker of a document that they have, and what the broker compares: SHA-256, 43 characters of base64url. */
export const digestOf = (document: Buffer): string => hash('sha256', document, 'base64url');
