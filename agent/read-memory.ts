import { given } from '../lib/given.ts';
import type { Redacted } from '../lib/redacted.ts';
import type { SecretDocument } from '../providers/provider.ts';
import type { Memory } from './core/generation.ts';
import { asIssued, type HeldLease } from './core/lease.ts';

/**
 * What a document that was read is held as.
 *
 * @param lease what came with it, as it is held
 * @param now milliseconds since the epoch; what a store told of itself earlier is as old as that
 */
export const readMemory = (
  { bytes, version, confirmedAt }: SecretDocument,
  lease: HeldLease | undefined,
  now: number,
): Memory => ({
  document: bytes,
  version,
  fetchedAt: Math.min(now, confirmedAt ?? now),
  lease: lease === undefined ? undefined : asIssued(lease),
  gone: false,
});

/** Whether what was read is what is held, so that no file need be made again. Each lease is another one. */
export const saysTheSame = (before: Memory, { document, lease }: Memory): boolean => {
  const isNew = lease !== undefined || before.lease !== undefined || before.gone;
  if (isNew || document === undefined) return false;
  return before.document?.reveal().equals(document.reveal()) === true;
};

/** The document of which the store need not send the same again; none where files do without it. */
export const heldDocument = (
  memory: Memory | undefined,
  leased: { readonly document: Redacted<Buffer>; readonly lease: HeldLease } | undefined,
): SecretDocument | undefined => {
  if (leased !== undefined) return { bytes: leased.document, lease: leased.lease };
  if (memory?.document === undefined || memory.gone) return undefined;
  const { document: bytes, version, fetchedAt: confirmedAt } = memory;
  return { bytes, confirmedAt, ...given({ version }) };
};
