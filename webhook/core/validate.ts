import { deepEqual } from '../../lib/deep-equal.ts';
import type { Issue } from './codes.ts';
import { judge, type JudgedManifest, type KnownToJudge } from './judge.ts';

/** Why `/validate` has nothing to say to a request. */
export const passReasons = {
  not_checked: 'the request is about nothing that is checked when it is applied',
  not_written: 'the request does not create or change the object',
  subresource: 'the request is about a subresource of the object',
  deleted: 'the object is about to go: only its finalizers still change',
} as const;

export type PassReason = keyof typeof passReasons;

/** What is to be stored, and what is there. */
export interface Written {
  readonly manifest: JudgedManifest;
  /** `spec` of what is there; undefined where nothing is. */
  readonly oldSpec?: unknown;
}

export type Validation =
  /** Let through unseen. */
  | { readonly kind: 'pass'; readonly reason: PassReason }
  | { readonly kind: 'valid'; readonly warnings: readonly string[] }
  | {
      readonly kind: 'invalid';
      /** All of them. */
      readonly issues: readonly Issue[];
      readonly warnings: readonly string[];
    };

const said = ({ place, message }: Issue): string => `${place}: ${message}`;

const refusal = (issue: Issue): string => `pods that use it are refused: ${said(issue)}`;

/** Whether what is there has the same spec: labels change, annotations, owners. */
const isUntouched = ({ manifest, oldSpec }: Written): boolean =>
  oldSpec !== undefined && deepEqual(manifest.spec, oldSpec);

/**
 * Whether a store or an ExternalSecret may be applied. What is wrong with the manifest refuses it, with all problems at once. What may
 * come right without it is a warning: everything of a chart arrives in some order. So are problems of an object whose spec stays as it
 * is: whoever sets a label on it did not make them.
 */
export const validate = (written: Written, known: KnownToJudge): Validation => {
  const { problems, refusals, warnings } = judge(written.manifest, known);
  const told = [...refusals.map(refusal), ...warnings];
  if (problems.length === 0) return { kind: 'valid', warnings: told };
  return isUntouched(written)
    ? { kind: 'valid', warnings: [...problems.map(refusal), ...told] }
    : { kind: 'invalid', issues: problems, warnings: told };
};
