import { err, ok } from '../../../../lib/result.ts';
import { isJsonObject } from '../../shared/json.ts';
import { isUuid } from '../organization/uuid.ts';
import { invalid, notFound, refuse } from '../wire/answer.ts';
import { identifiersModel, listModel, projectModel, secretModel, secretsModel } from './models.ts';
import type { Result } from '../../../../lib/result.ts';
import type { MachineAccount } from '../organization/types.ts';
import type { Organization } from '../organization/organization.ts';
import type { ApiAnswer } from '../wire/answer.ts';
import type { RawRequest } from '../wire/request.ts';

/** A request of somebody who is logged in. */
export interface Call {
  readonly organization: Organization;
  /** Undefined after the machine account has been deleted. */
  readonly account: MachineAccount | undefined;
  /** The id in the path, in lower case. */
  readonly id: string;
  readonly request: RawRequest;
  readonly now: number;
}

export type Operation = (call: Call) => ApiAnswer;

export const getSecret: Operation = ({ organization, account, id }) => {
  const secret = organization.secret(id);
  if (secret === undefined || !organization.mayRead(account, secret)) return notFound;
  return { status: 200, body: secretModel(organization, secret) };
};

function idsOf({ body }: RawRequest): string[] | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const ids: unknown = isJsonObject(value) ? value['ids'] : undefined;
    const isId = (id: unknown): id is string => typeof id === 'string' && isUuid(id);
    return Array.isArray(ids) && ids.every(isId) ? ids.map((id) => id.toLowerCase()) : undefined;
  } catch {
    return undefined;
  }
}

/** All or nothing: one that is not there or may not be seen hides the others. */
export const getSecretsByIds: Operation = ({ organization, account, request }) => {
  const ids = idsOf(request);
  if (ids === undefined) return invalid({ request: ['The request field is required.'] });
  const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  if (twice.length > 0)
    return invalid({
      GetSecretsRequestModel: [`The following GUIDs were duplicated ${twice.join(', ')} `],
    });
  const found = ids.flatMap((id) => organization.secret(id) ?? []);
  const all = found.length === ids.length && found.every((secret) => organization.mayRead(account, secret));
  if (found.length === 0 || !all) return notFound;
  return { status: 200, body: secretsModel(organization, found) };
};

export const listSecrets: Operation = ({ organization, account, id }) =>
  id === organization.id
    ? { status: 200, body: identifiersModel(organization, organization.readable(account)) }
    : notFound;

/** A project that may not be read is one without secrets, one that is not there is told apart. */
export const listSecretsOfProject: Operation = ({ organization, account, id }) => {
  if (!organization.projects.has(id)) return notFound;
  const secrets = organization.readable(account).filter(({ projectId }) => projectId === id);
  return { status: 200, body: identifiersModel(organization, secrets) };
};

/** The date of the last sync, undefined where none is given; the error refuses what is none, and what is yet to come. */
function lastSync({ query }: RawRequest, now: number): Result<number | undefined, ApiAnswer> {
  const text = query.get('lastSyncedDate') ?? '';
  if (text === '') return ok(undefined);
  const date = Date.parse(text);
  if (Number.isNaN(date)) return err(invalid({ lastSyncedDate: [`The value '${text}' is not valid.`] }));
  return date > now ? err(refuse(400, 'Last synced date must be in the past.')) : ok(date);
}

/** Everything that the account may read, but only if something of it may have changed since the date. */
export const syncSecrets: Operation = ({ organization, account, id, request, now }) => {
  const since = lastSync(request, now);
  if (!since.ok) return since.error;
  if (id !== organization.id) return notFound;
  // Without a date nobody looks whether the account is still there.
  if (since.value !== undefined && account === undefined) return notFound;
  const hasChanges = since.value === undefined || since.value <= (account?.revisedAt ?? 0);
  const secrets = hasChanges ? secretsModel(organization, organization.readable(account)) : null;
  return { status: 200, body: { hasChanges, secrets, object: 'secretsSync' } };
};

export const getProject: Operation = ({ organization, account, id }) => {
  const project = organization.readableProjects(account).find((one) => one.id === id);
  return project === undefined ? notFound : { status: 200, body: projectModel(organization, project) };
};

export const listProjects: Operation = ({ organization, account, id }) => {
  if (id !== organization.id) return notFound;
  const projects = organization.readableProjects(account);
  return { status: 200, body: listModel(projects.map((project) => projectModel(organization, project))) };
};
