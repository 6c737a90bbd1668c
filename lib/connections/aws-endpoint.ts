import { providerError, type ProviderError } from '../provider-error.ts';
import { err, ok, type Result } from '../result.ts';
import { isRegionName } from '../stores/aws-region.ts';
import { quoted } from '../text.ts';

export type AwsService = 'secretsmanager' | 'sts';

/**
 * Where partitions other than AWS's public one have their servers, by how the names of their regions begin
 * (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
 */
const suffixes: readonly (readonly [string, string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-isof-', 'csp.hci.ic.gov'],
];

/** The base URL of a service in a region; an error where that is no name of a region. */
export const regionalEndpoint = (service: AwsService, region: string): Result<string, ProviderError> => {
  if (!isRegionName(region))
    return err(providerError('invalid', `${quoted(region)} is not the name of an AWS region`));
  const [, suffix = 'amazonaws.com'] = suffixes.find(([start]) => region.startsWith(start)) ?? [];
  return ok(`https://${service}.${region}.${suffix}`);
};
