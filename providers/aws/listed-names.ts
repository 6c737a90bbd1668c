import type { ListSecretsResponse, SecretListEntry } from '@aws-sdk/client-secrets-manager';

/** What one page of a list says. */
export interface ListedNames {
  readonly names: readonly string[];
  /** What the next page is asked for with; undefined: this is the last. */
  readonly nextToken: string | undefined;
}

/** A secret that is scheduled for deletion cannot be read. */
const isKept = ({ DeletedDate: deleted }: SecretListEntry): boolean => deleted === undefined;

const nameOf = (entry: unknown): string | undefined =>
  typeof entry === 'object' && entry !== null && 'Name' in entry && typeof entry.Name === 'string'
    ? entry.Name
    : undefined;

/** The names of a page; undefined for an answer that has none. The SDK does not check what it was given. */
export const listedNames = ({
  SecretList: list,
  NextToken: token,
}: ListSecretsResponse): ListedNames | undefined => {
  if (!Array.isArray(list)) return undefined;
  const names = list.map(nameOf);
  if (!names.every((name) => name !== undefined)) return undefined;
  return {
    names: list.filter(isKept).flatMap((entry) => nameOf(entry) ?? []),
    nextToken: typeof token === 'string' && token !== '' ? token : undefined,
  };
};
