import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { regionalEndpoint } from '../../../lib/connections/aws-endpoint.ts';

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const clients = {
  secretsmanager: new SecretsManagerClient({ region: 'us-east-1', credentials }),
  sts: new STSClient({ region: 'us-east-1', credentials }),
};

describe('where a region has its servers', () => {
  test.each([
    'eu-central-1',
    'us-east-1',
    'ap-southeast-4',
    'mx-central-1',
    'il-central-1',
    'us-gov-west-1',
    'cn-north-1',
    'cn-northwest-1',
    'us-iso-east-1',
    'us-isob-east-1',
    'eu-isoe-west-1',
    'us-isof-south-1',
    'eusc-de-east-1',
  ])("is as AWS's SDK has it: %s", (region) => {
    for (const service of ['secretsmanager', 'sts'] as const) {
      const parameters = { Region: region, UseFIPS: false, UseDualStack: false };
      const { url } = clients[service].config.endpointProvider(parameters);
      expect(regionalEndpoint(service, region)).toEqual({ ok: true, value: url.origin });
    }
  });

  test.each([
    '',
    'eu',
    'eu-central-1.evil.test',
    'eu-central-1/',
    'EU-CENTRAL-1',
    'eu-central-1@evil',
    'eu--1',
    '-',
  ])('%j is no region', (region) => {
    expect(regionalEndpoint('sts', region)).toEqual({
      ok: false,
      error: { code: 'invalid', message: `${JSON.stringify(region)} is not the name of an AWS region` },
    });
  });
});
