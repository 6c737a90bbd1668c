import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { Redacted } from '../../lib/redacted.ts';
import type { Transport } from '../http/transport.ts';
import type { AwsKeys } from './credentials.ts';
import { RequestHandler } from './request-handler.ts';
import type { SigningClock } from './signing-clock.ts';

/** Where a service is asked. */
export interface ServicePlace {
  readonly region: string;
  /** Base URL. */
  readonly endpoint: string;
  readonly transport: Transport;
}

const silent = (): void => undefined;
/** The SDK falls back on the console where it is given none. */
const logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

const noCredentials = (): Promise<never> =>
  Promise.reject(new Error('a request was signed that has nobody to sign it'));

/**
 * Everything that the SDK would otherwise take from the environment, from `~/.aws` or from the instance's metadata: a pod's env
 * is its author's, and what it says must not send a request elsewhere or as somebody else. One attempt: the agent has its own
 * schedule for more.
 */
const settings = (
  { region, endpoint, transport }: ServicePlace,
  { offset }: SigningClock,
): SecretsManagerClientConfig & STSClientConfig => ({
  region,
  endpoint,
  requestHandler: new RequestHandler(transport),
  logger,
  maxAttempts: 1,
  retryMode: 'standard',
  defaultsMode: 'standard' as const,
  authSchemePreference: [],
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  ignoreConfiguredEndpointUrls: true,
  userAgentAppId: '',
  defaultUserAgentProvider: () => Promise.resolve<[string, string?][]>([['keyferry']]),
  systemClockOffset: offset,
  // Wanted: see SigningClock.
  disableClockSkewCorrection: false,
});

/** These would log what is sent and received, and copy a trace id out of the environment. */
const unwanted = ['loggerMiddleware', 'recursionDetectionMiddleware'];

const withoutUnwanted = <T extends SecretsManagerClient | STSClient>(client: T): T => {
  for (const name of unwanted) client.middlewareStack.remove(name);
  return client;
};

/** A client for one role's session. */
export const secretsManagerClient = (
  place: ServicePlace,
  keys: Redacted<AwsKeys>,
  clock: SigningClock,
): SecretsManagerClient =>
  withoutUnwanted(new SecretsManagerClient({ ...settings(place, clock), credentials: keys.reveal() }));

/** A client for STS; without keys it can make only the request that needs no signature, AssumeRoleWithWebIdentity. */
export const stsClient = (
  place: ServicePlace,
  keys: Redacted<AwsKeys> | undefined,
  clock: SigningClock,
): STSClient =>
  withoutUnwanted(
    new STSClient({
      ...settings(place, clock),
      sigv4aSigningRegionSet: [place.region],
      credentials: keys?.reveal() ?? noCredentials,
    }),
  );
