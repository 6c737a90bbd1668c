import type { Filter } from '@aws-sdk/client-secrets-manager';
import type { PlanFind } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
const mostFilters = 10;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html */
const legalValue = /^[A-Za-z0-9 :_@/+=.!-]{0,512}$/;

const invalid = (message: string): Result<never, ProviderError> => err(providerError('invalid', message));

/**
 * What AWS is to filter by, as External Secrets Operator asks it: names that begin with the find's path; of each tag, a key and a value
 * that begin so. The store's prefix is not of it. Case matters; a value with `!` before it is one that must not be there.
 */
export const findFilters = ({ path, name, tags = [] }: PlanFind): Result<Filter[], ProviderError> => {
  if (path === undefined && name === undefined && tags.length === 0)
    return invalid('the find says neither path nor name nor tags, and would be all secrets of the account');
  const filters: Filter[] = [
    ...(path === undefined ? [] : [{ Key: 'name' as const, Values: [path] }]),
    ...tags.flatMap((tag) => [
      { Key: 'tag-key' as const, Values: [tag.name] },
      { Key: 'tag-value' as const, Values: [tag.value] },
    ]),
  ];
  if (filters.length > mostFilters)
    return invalid(
      `the find has ${tags.length} tags${path === undefined ? '' : ' and a path'}; AWS filters by 5 tags at the most, or by 4 and a path`,
    );
  const illegal = filters.flatMap(({ Values = [] }) => Values).find((value) => !legalValue.test(value));
  return illegal === undefined
    ? ok(filters)
    : invalid(
        `AWS cannot filter by ${quoted(illegal)}: path and tags of a find are up to 512 letters, digits, spaces and ":_@/+=.-!"`,
      );
};
