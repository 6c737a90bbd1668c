import { err, ok, type Result } from '../../../../lib/result.ts';
import type { KubeObject } from '../objects/types.ts';
import type { NamedObject, TokenClaims } from './claims.ts';

/** An object that is stored, by its resource's plural. */
export type FindObject = (
  plural: string,
  namespace: string | undefined,
  name: string,
) => KubeObject | undefined;

/** What the review of a token says beyond the user's name. */
export type Extra = Readonly<Record<string, readonly string[]>>;

const invalidated = 'service account token has been invalidated';
/** An object that is being deleted counts for so long, in milliseconds. */
const deletionLeeway = 60_000;

const isGone = (object: KubeObject | undefined, now: number): boolean => {
  const deleted = object?.metadata['deletionTimestamp'];
  return object === undefined || (typeof deleted === 'string' && Date.parse(deleted) < now - deletionLeeway);
};

const podProblem = (pod: NamedObject, found: KubeObject | undefined, now: number): string | undefined => {
  if (isGone(found, now)) return invalidated;
  const uid = found?.metadata.uid ?? '';
  return uid === pod.uid ? undefined : `pod UID (${uid}) does not match claim (${pod.uid})`;
};

const prefix = 'authentication.kubernetes.io/';

const described = (what: string, object: NamedObject | undefined): [string, readonly string[]][] =>
  object === undefined
    ? []
    : [
        [`${prefix}${what}-name`, [object.name]],
        ...(object.uid === '' ? [] : [[`${prefix}${what}-uid`, [object.uid]] satisfies [string, string[]]]),
      ];

/** Whether what a token is bound to is there still, with the uids that it had; and what a review tells of it. */
export const boundTo = (claims: TokenClaims, find: FindObject, now: number): Result<Extra, string> => {
  const { namespace, serviceAccount, pod, node, jti } = claims;
  const account = find('serviceaccounts', namespace, serviceAccount.name);
  if (account === undefined) return err(`serviceaccounts "${serviceAccount.name}" not found`);
  if (isGone(account, now)) return err(invalidated);
  const uid = account.metadata.uid ?? '';
  if (uid !== serviceAccount.uid)
    return err(`service account UID (${uid}) does not match claim (${serviceAccount.uid})`);
  const problem = pod && podProblem(pod, find('pods', namespace, pod.name), now);
  if (problem !== undefined) return err(problem);
  return ok(
    Object.fromEntries([
      [`${prefix}credential-id`, [`JTI=${jti}`]],
      ...described('pod', pod),
      ...described('node', node),
    ]),
  );
};
