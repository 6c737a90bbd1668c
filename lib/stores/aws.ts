import type { Fields } from './fields.ts';
import { readAwsAccessKey, type AwsAccessKey } from './aws-access-key.ts';
import { readAwsRoles, type AwsRoles } from './aws-roles.ts';
import { illegalNameCharacter, legalNameCharacters } from './aws-key.ts';
import { isRegionName } from './aws-region.ts';
import { readCaBundle, readServer } from './server.ts';
import { oneAudience, readServiceAccount, type ServiceAccountName } from './service-account.ts';
import { given } from '../given.ts';
import { didYouMean, quoted } from '../text.ts';

export type { AwsAccessKey } from './aws-access-key.ts';

/** `spec.provider.aws`, checked. */
export interface AwsStore {
  readonly type: 'aws';
  readonly region: string;
  /** Base URLs of private endpoints; undefined: the region's public ones. */
  readonly secretsManagerEndpoint?: string;
  readonly stsEndpoint?: string;
  /** PEM, for both endpoints. */
  readonly caBundle?: string;
  /** Stands before every key that is no ARN. */
  readonly prefix: string;
  readonly roles: AwsRoles;
  readonly serviceAccount?: ServiceAccountName;
  /** Audience of the token that logs in; undefined: what the ServiceAccount says, else AWS's own. */
  readonly audience?: string;
  /** Instead of the pod's identity; the roles are assumed from there. */
  readonly accessKey?: AwsAccessKey;
}

const service = 'SecretsManager';

const otherServices = new Map([
  ['ParameterStore', "parameters of AWS Systems Manager's Parameter Store are not read yet"],
  ['CertificateManager', 'certificates of AWS Certificate Manager are not read'],
]);

const readService = (fields: Fields): void => {
  const text = fields.optionalString('service') ?? service;
  if (text === service) return;
  const reason = otherServices.get(text);
  const hint = reason === undefined ? didYouMean(text, [service]) : `: ${reason}`;
  fields.reject('service', `is ${quoted(text)}; Keyferry reads ${service} alone${hint}`);
};

const readRegion = (fields: Fields): string => {
  const region = fields.string('region');
  if (region !== '' && !isRegionName(region))
    fields.reject('region', `is ${quoted(region)}; give the name of a region, like eu-central-1`);
  return region;
};

const readPrefix = (fields: Fields): string => {
  const prefix = fields.optionalString('prefix') ?? '';
  const illegal = illegalNameCharacter(prefix);
  if (illegal !== undefined)
    fields.reject('prefix', `has ${quoted(illegal)}; names of secrets are ${legalNameCharacters}`);
  return prefix;
};

type Endpoints = Pick<AwsStore, 'secretsManagerEndpoint' | 'stsEndpoint'>;

const readEndpoints = (fields: Fields | undefined): Endpoints => {
  if (fields === undefined) return {};
  const read = (name: string): string | undefined =>
    readServer(fields, name, { required: false, example: 'https://vpce-1.example' }) || undefined;
  const endpoints = given({ secretsManagerEndpoint: read('secretsManager'), stsEndpoint: read('sts') });
  fields.close();
  return endpoints;
};

type Login = Pick<AwsStore, 'serviceAccount' | 'audience' | 'accessKey'>;

const readToken = (jwt: Fields | undefined): Login => {
  const reference = jwt?.optionalObject('serviceAccountRef');
  const { serviceAccount, audiences } = readServiceAccount(reference);
  jwt?.close();
  if (reference === undefined) return {};
  return {
    ...serviceAccount,
    ...oneAudience(reference, audiences, { expects: "the role's identity provider" }),
  };
};

const readAuth = (fields: Fields | undefined): Login => {
  if (fields === undefined) return {};
  const secretRef = fields.optionalObject('secretRef');
  const accessKey = secretRef && readAwsAccessKey(secretRef);
  const jwt = fields.optionalObject('jwt');
  if (fields.has('secretRef') && fields.has('jwt'))
    fields.reject('jwt', 'stands beside secretRef; a store logs in one way');
  fields.close();
  return { ...readToken(jwt), ...given({ accessKey }) };
};

/**
 * Reads `spec.provider.aws` in the shape of external-secrets.io/v1, with three fields of ours: `endpoints.secretsManager`,
 * `endpoints.sts` and `caBundle`.
 */
export const readAws = (fields: Fields): AwsStore => {
  readService(fields);
  const store: AwsStore = {
    type: 'aws',
    region: readRegion(fields),
    ...readEndpoints(fields.optionalObject('endpoints')),
    ...readCaBundle(fields),
    prefix: readPrefix(fields),
    roles: readAwsRoles(fields),
    ...readAuth(fields.optionalObject('auth')),
  };
  fields.ignore('has no effect: Keyferry only reads', 'secretsManager');
  fields.close();
  return store;
};
