import { dataAnswer, errorList, failure } from '../answer.ts';
import { Fields } from '../fields.ts';
import { parseJsonOrNothing } from '../../../../lib/json.ts';
import { isJsonObject } from '../../shared/json.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { AppRoleTerms } from './app-role-role.ts';
import type { SecretIds } from './secret-ids.ts';

/** What asks for more than the role allows; 0 is without an end. */
const exceeds = (asked: number, allowed: number): boolean => allowed > 0 && (asked === 0 || asked > allowed);

const limitProblem = (uses: number, ttl: number, terms: AppRoleTerms): string | undefined => {
  if (uses < 0) return 'num_uses cannot be negative';
  if (exceeds(uses, terms.secretIdUses))
    return "num_uses cannot be higher than the role's secret_id_num_uses";
  return exceeds(ttl, terms.secretIdTtl) ? "ttl cannot be longer than the role's secret_id_ttl" : undefined;
};

const metadataOf = (text: string): Record<string, string> => {
  const parsed = parseJsonOrNothing(text);
  return Object.fromEntries(
    Object.entries(isJsonObject(parsed) ? parsed : {}).map(([name, value]) => [name, String(value)]),
  );
};

/** Gives out a secret id: `secret-id`, and `custom-secret-id` with the one that was sent. */
export function newSecretId(
  id: string,
  { terms, secretIds }: { readonly terms: AppRoleTerms; readonly secretIds: SecretIds },
  data: JsonObject,
): Answer {
  const fields = new Fields(data);
  const uses = fields.integer('num_uses') ?? terms.secretIdUses;
  const ttl = fields.seconds('ttl') ?? terms.secretIdTtl;
  const metadata = metadataOf(fields.text('metadata'));
  const problem = fields.problem ?? limitProblem(uses, ttl, terms);
  if (problem !== undefined) return failure(400, problem);
  const added = secretIds.add(id, { ttl, uses, metadata });
  if (!added.ok) return failure(500, errorList(added.error));
  return dataAnswer({
    secret_id: id,
    secret_id_accessor: added.value.accessor,
    secret_id_num_uses: uses,
    secret_id_ttl: ttl,
  });
}
