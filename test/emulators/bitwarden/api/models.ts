import { writeDate } from '../wire/dates.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Organization } from '../organization/organization.ts';
import type { Project, Secret } from '../organization/types.ts';

/** How the API writes things down: names and values as the clients have encrypted them. */

const dates = ({ createdAt, revisedAt }: Project | Secret): JsonObject => ({
  creationDate: writeDate(createdAt),
  revisionDate: writeDate(revisedAt),
});

const readOnly = { read: true, write: false };

const innerProjects = (organization: Organization, secret: Secret): JsonObject[] => {
  const project = organization.projectOf(secret);
  return project === undefined ? [] : [{ id: project.id, name: project.name }];
};

const base = (organization: Organization, secret: Secret, object: string): JsonObject => ({
  ...{ id: secret.id, organizationId: organization.id },
  ...{ key: secret.key, value: secret.value, note: secret.note },
  ...dates(secret),
  projects: innerProjects(organization, secret),
  object,
});

/** A secret that was asked for by its id. */
export const secretModel = (organization: Organization, secret: Secret): JsonObject => ({
  ...base(organization, secret, 'secret'),
  ...readOnly,
});

export const listModel = (data: readonly JsonObject[]): JsonObject => ({
  data,
  continuationToken: null,
  object: 'list',
});

/** Whole secrets, as they are got together. */
export const secretsModel = (organization: Organization, secrets: readonly Secret[]): JsonObject =>
  listModel(secrets.map((secret) => base(organization, secret, 'baseSecret')));

/** Secrets without their values, and the projects that they are in. */
export function identifiersModel(organization: Organization, secrets: readonly Secret[]): JsonObject {
  const projects = new Set(secrets.flatMap((secret) => organization.projectOf(secret) ?? []));
  return {
    secrets: secrets.map((secret) => ({
      ...{ id: secret.id, organizationId: organization.id, key: secret.key },
      ...dates(secret),
      projects: innerProjects(organization, secret),
      ...readOnly,
    })),
    projects: [...projects].map(({ id, name }) => ({ id, name })),
    object: 'SecretsWithProjectsList',
  };
}

export const projectModel = (organization: Organization, project: Project): JsonObject => ({
  ...{ id: project.id, organizationId: organization.id, name: project.name },
  ...dates(project),
  ...readOnly,
  object: 'project',
});
