import { isIPv4 } from 'node:net';
import * as z from 'zod/mini';
import { parseJsonOrNothing } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { withCurrentToken } from '../current-token.ts';
import { retryAfterMilliseconds } from '../http/retry-after.ts';
import { openTransport, type Transport } from '../http/transport.ts';
import type { PodIdentity, ProviderContext } from '../provider.ts';
import type { LoginOutcome } from './assume-role.ts';

/** EKS Pod Identity's agent on a node. It is link-local: the only such address that is ever asked, and only here. */
const agentHosts: readonly string[] = ['169.254.170.23', '[fd00:ec2::23]'];

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));

/** AWS's SDKs send the token without TLS to this node only, and so do we (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html). */
const openAgent = (uri: string, { clock }: ProviderContext): Result<Transport, ProviderError> => {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const host = url?.hostname ?? '';
  const isAgent = agentHosts.includes(host);
  if (url === undefined || (url.protocol === 'http:' && !isAgent && !isLoopback(host)))
    return err(
      providerError(
        'invalid',
        'AWS_CONTAINER_CREDENTIALS_FULL_URI of this container is neither an https URL nor the address of the Pod Identity agent',
      ),
    );
  return openTransport({
    server: url.origin,
    allowHttp: true,
    clock,
    ...(isAgent ? { permittedAddress: host.replace(/^\[|\]$/g, '') } : {}),
  });
};

const answer = z.object({
  AccessKeyId: z.string().check(z.minLength(1)),
  SecretAccessKey: z.string().check(z.minLength(1)),
  Token: z.string().check(z.minLength(1)),
  Expiration: z.string(),
});

const refused = (status: number): ProviderError =>
  providerError(
    'unauthenticated',
    `the Pod Identity agent gave no credentials (HTTP ${status}): the ServiceAccount needs a Pod Identity association with a role whose trust policy allows sts:AssumeRole and sts:TagSession to pods.eks.amazonaws.com`,
  );

const readStatus = ({ status, headers }: HttpAnswer, now: number): ProviderError | undefined => {
  const retryAfter = retryAfterMilliseconds(headers['retry-after'], now);
  if (status === 200) return undefined;
  if (status === 429)
    return providerError(
      'throttled',
      'the Pod Identity agent asks for fewer requests (HTTP 429)',
      retryAfter,
    );
  return status >= 500
    ? providerError('unavailable', `the Pod Identity agent failed inside (HTTP ${status})`, retryAfter)
    : refused(status);
};

const readCredentials = (given: HttpAnswer, now: number): LoginOutcome => {
  const error = readStatus(given, now);
  if (error !== undefined) return err(error);
  const parsed = answer.safeParse(parseJsonOrNothing(given.body.reveal().toString('utf8')));
  const life = parsed.success ? Date.parse(parsed.data.Expiration) - now : Number.NaN;
  if (!parsed.success || Number.isNaN(life))
    return err(
      providerError('unavailable', "the answer is not the Pod Identity agent's: it has no credentials"),
    );
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken } = parsed.data;
  return ok({
    name: "the Pod Identity association's role",
    credentials: {
      keys: new Redacted({ accessKeyId, secretAccessKey, sessionToken }),
      expiresAt: now + life,
      fullLife: Math.max(0, life),
    },
  });
};

const readToken = async (podIdentity: PodIdentity): Promise<Result<Redacted<string>, ProviderError>> => {
  try {
    return ok(await podIdentity.readToken());
  } catch {
    return err(providerError('unauthenticated', "the pod's token for Pod Identity cannot be read"));
  }
};

/** Credentials of the role that the cluster associates with the pod's ServiceAccount, from the agent on the node. */
export const logInAtPodIdentity = async (
  podIdentity: PodIdentity,
  context: ProviderContext,
): Promise<LoginOutcome> => {
  const { clock } = context;
  const transport = openAgent(podIdentity.uri, context);
  if (!transport.ok) return transport;
  const outcome = await withCurrentToken(
    () => readToken(podIdentity),
    (token) =>
      recorded(context, async () => {
        const given = await transport.value.request({
          method: 'GET',
          url: podIdentity.uri,
          headers: { accept: 'application/json', authorization: token.reveal() },
        });
        return given.ok ? readCredentials(given.value, clock.now()) : given;
      }),
  );
  transport.value.close();
  return outcome;
};

const recorded = async (
  context: ProviderContext,
  ask: () => Promise<LoginOutcome>,
): Promise<LoginOutcome> => {
  const { clock } = context;
  const start = clock.monotonic();
  const outcome = await ask();
  context.record({
    provider: 'aws',
    operation: 'login',
    outcome: outcome.ok ? 'ok' : outcome.error.code,
    seconds: (clock.monotonic() - start) / 1000,
  });
  return outcome;
};
