import { awsRows } from './policy/aws-rows.ts';
import { bitwardenRows } from './policy/bitwarden-rows.ts';
import { findRows } from './policy/find-rows.ts';
import { productRows } from './policy/product-rows.ts';
import type { PolicyRow } from './policy/row.ts';
import { tenantRows } from './policy/tenant-rows.ts';
import { vaultRows } from './policy/vault-rows.ts';

export type { Expected, OnTheWire, PolicyRow } from './policy/row.ts';

/** Who gets what: the same answers from the pure decision, from admission and from the broker. */
export const policyTable: readonly PolicyRow[] = [
  ...vaultRows,
  ...awsRows,
  ...bitwardenRows,
  ...findRows,
  ...tenantRows,
  ...productRows,
];
