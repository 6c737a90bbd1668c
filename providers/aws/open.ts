import { regionalEndpoint } from '../../lib/connections/aws-endpoint.ts';
import type { AwsConnection, ProviderStore } from '../../lib/connections/connection.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { ok, type Result } from '../../lib/result.ts';
import { failingProvider } from '../failing.ts';
import { openTransport } from '../http/transport.ts';
import type { OpenProvider, ProviderContext } from '../provider.ts';
import { Sts } from './assume-role.ts';
import { Authority, type AuthorityOptions } from './authority.ts';
import { BatchHabit } from './batch-habit.ts';
import { Calls } from './calls.ts';
import type { KeptAws } from './kept-login.ts';
import { logIn, type PodAws } from './login.ts';
import { Reader } from './read.ts';
import type { ServicePlace } from './sdk.ts';
import { decodeSession, encodeSession } from './session.ts';
import { SigningClock } from './signing-clock.ts';

const openPlace = (
  service: 'secretsmanager' | 'sts',
  endpoint: string | undefined,
  { region, allowHttp, caBundle }: AwsConnection,
  { clock, resolveHost }: ProviderContext,
): Result<ServicePlace, ProviderError> => {
  const regional = regionalEndpoint(service, region);
  if (!regional.ok) return regional;
  const server = endpoint ?? regional.value;
  const transport = openTransport({
    server,
    allowHttp,
    clock,
    nameCure: 'set endpoints to a name that is',
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(resolveHost === undefined ? {} : { resolve: resolveHost }),
  });
  return transport.ok ? ok({ region, endpoint: server, transport: transport.value }) : transport;
};

const awsStore = ({ name, provider }: ProviderStore): AwsConnection => {
  if (provider.type !== 'aws') throw new Error(`store ${name} is no AWS store`);
  return provider;
};

const isOfPods = (store: AwsConnection): store is PodAws => 'token' in store.auth;

interface Places {
  readonly secretsManager: ServicePlace;
  readonly sts: ServicePlace;
}

type Identity = Pick<AuthorityOptions, 'logIn' | 'session' | 'onLogin'>;

const keepNothing = { session: undefined, onLogin: () => undefined };

const podIdentity = (store: PodAws, sts: Sts, context: ProviderContext): Identity => {
  const { clock, session, podIdentity: association, lending } = context;
  const settings = { store, podIdentity: association };
  const logsIn = (): ReturnType<typeof logIn> => logIn({ store, sts, context });
  // The broker hands over nothing: its replicas log in each for itself.
  if (lending !== undefined) return { logIn: logsIn, ...keepNothing };
  return {
    logIn: logsIn,
    session: decodeSession(settings, session.load(), clock.now()),
    onLogin: (identity) => {
      session.save(encodeSession(settings, identity, clock.now()));
    },
  };
};

/** A key goes to STS only where roles are assumed with it. */
const keyServers = ({ auth }: KeptAws, { secretsManager, sts }: Places): readonly string[] => [
  secretsManager.endpoint,
  ...(auth.roles.length === 0 ? [] : [sts.endpoint]),
];

/** Who asks. Logins with kept keys are loaded where a store has one: pods never do. */
const identityOf = async (
  store: AwsConnection,
  sts: Sts,
  places: Places,
  context: ProviderContext,
): Promise<Identity> => {
  if (isOfPods(store)) return podIdentity(store, sts, context);
  const kept = store as KeptAws;
  const { logInWithKey } = await import('./kept-login.ts');
  const servers = keyServers(kept, places);
  return { logIn: () => logInWithKey({ store: kept, sts, context, servers }), ...keepNothing };
};

/**
 * Opens an AWS Secrets Manager store; nothing is sent before the first read. The identity is the pod's: its projected token
 * (AssumeRoleWithWebIdentity) or EKS Pod Identity, in the broker also a key that is kept, and roles assumed from there. Close it to end its
 * connections; the session of the role is left to lapse, because another process of the pod may go on with it.
 */
export const openAws: OpenProvider = async (planStore, context) => {
  const store = awsStore(planStore);
  const secretsManager = openPlace('secretsmanager', store.secretsManagerEndpoint, store, context);
  if (!secretsManager.ok) return failingProvider(secretsManager.error);
  const place = openPlace('sts', store.stsEndpoint, store, context);
  if (!place.ok) return failingProvider(place.error);
  const { clock, log, lending, tokenOwner } = context;
  const signingClock = new SigningClock(clock);
  const calls = new Calls(context, signingClock);
  const { sessionName } = store.auth;
  const sts = new Sts({ place: place.value, calls, signingClock, clock, sessionName, tokenOwner });
  const places = { secretsManager: secretsManager.value, sts: place.value };
  const identity = await identityOf(store, sts, places, context);
  const reader = new Reader({
    store,
    authority: new Authority({ ...identity, clock, log }),
    habit: new BatchHabit(clock),
    place: secretsManager.value,
    calls,
    clock,
    signingClock,
    lending,
  });
  return {
    read: (sources, signal) => reader.read(sources, signal),
    close: () => {
      secretsManager.value.transport.close();
      place.value.transport.close();
    },
  };
};
