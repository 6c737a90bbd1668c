import { annotation } from '../../lib/annotation-names.ts';
import { declaresAnything, type Declared } from './annotation-keys.ts';
import { issue, type Issue, type SkipReason } from './codes.ts';
import { boolean } from './values.ts';

/** What of an admission request says whether it concerns us at all. */
export interface RequestScope {
  readonly operation: string;
  /** `''` for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subResource?: string;
}

/** Why a request is left alone whatever the pod says, or undefined. */
export const scopeSkip = (scope: RequestScope): SkipReason | undefined => {
  if (scope.group !== '' || scope.resource !== 'pods') return 'not_a_pod';
  if (scope.subResource !== undefined && scope.subResource !== '') return 'subresource';
  return scope.operation === 'CREATE' ? undefined : 'not_created';
};

export type Gate =
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  | { readonly kind: 'proceed'; readonly issues: readonly Issue[] };

/**
 * Whether the annotations ask for injection:
 *
 * | annotations of ours | `inject`  | outcome                                |
 * | ------------------- | --------- | -------------------------------------- |
 * | none                |           | skip `not_annotated`                   |
 * | any                 | `"false"` | skip `opted_out`                       |
 * | any                 | `"true"`  | proceed                                |
 * | any                 | other     | proceed to a refusal: `invalid_value`  |
 * | any                 | none      | proceed to a refusal: `inject_missing` |
 *
 * A refusal goes on reading, so that everything else that is wrong is told with it.
 */
export const gate = (declared: Declared): Gate => {
  if (!declaresAnything(declared)) return { kind: 'skip', reason: 'not_annotated' };
  const place = annotation('inject');
  const text = declared.settings.get('inject');
  if (text === undefined) {
    const message =
      'is missing, but other annotations of Keyferry are there; add it with the value "true" (or "false" to switch them off)';
    return { kind: 'proceed', issues: [issue('inject_missing', place, message)] };
  }
  const inject = boolean(text);
  if (!inject.ok) return { kind: 'proceed', issues: [issue('invalid_value', place, inject.error)] };
  return inject.value ? { kind: 'proceed', issues: [] } : { kind: 'skip', reason: 'opted_out' };
};
