import { regionalEndpoint, type AwsService } from '../connections/aws-endpoint.ts';
import type { AwsStore } from '../stores/aws.ts';
import type { Store } from '../stores/store.ts';

/** A server that a store's reader calls, and the field of the store that names it, below `spec.provider`. */
export interface StoreServer {
  readonly field: string;
  /** Base URL without a trailing slash. */
  readonly server: string;
}

const regional = (service: AwsService, { region }: AwsStore): string => {
  const endpoint = regionalEndpoint(service, region);
  return endpoint.ok ? endpoint.value : '';
};

/** STS is called for roles alone. */
const awsServers = (aws: AwsStore): readonly StoreServer[] => {
  const { roles, secretsManagerEndpoint, stsEndpoint } = aws;
  const own =
    secretsManagerEndpoint === undefined
      ? { field: 'aws.region', server: regional('secretsmanager', aws) }
      : { field: 'aws.endpoints.secretsManager', server: secretsManagerEndpoint };
  if (roles.role === undefined && roles.additionalRoles.length === 0) return [own];
  return [
    own,
    stsEndpoint === undefined
      ? { field: 'aws.region', server: regional('sts', aws) }
      : { field: 'aws.endpoints.sts', server: stsEndpoint },
  ];
};

/** Every server that a credential of a store is used at: AWS's own follow from the region. */
export const serversOf = ({ provider }: Store): readonly StoreServer[] => {
  switch (provider.type) {
    case 'vault':
      return [{ field: 'vault.server', server: provider.server }];
    case 'aws':
      return awsServers(provider);
    case 'bitwardensecretsmanager':
      return [
        { field: 'bitwardensecretsmanager.apiURL', server: provider.apiUrl },
        { field: 'bitwardensecretsmanager.identityURL', server: provider.identityUrl },
      ];
    case 'file':
      return [];
  }
};
