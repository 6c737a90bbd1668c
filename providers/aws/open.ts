import type { AwsStorePlan, PlanStore } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { ok, type Result } from '../../lib/result.ts';
import { failingProvider } from '../failing.ts';
import { openTransport } from '../http/transport.ts';
import type { OpenProvider, ProviderContext } from '../provider.ts';
import { Sts } from './assume-role.ts';
import { Authority } from './authority.ts';
import { BatchHabit } from './batch-habit.ts';
import { Calls } from './calls.ts';
import { regionalEndpoint } from './endpoint.ts';
import { logIn } from './login.ts';
import { Reader } from './read.ts';
import type { ServicePlace } from './sdk.ts';
import { decodeSession, encodeSession } from './session.ts';
import { SigningClock } from './signing-clock.ts';

const openPlace = (
  service: 'secretsmanager' | 'sts',
  endpoint: string | undefined,
  { region, allowHttp, caBundle }: AwsStorePlan,
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

const awsStore = ({ name, provider }: PlanStore): AwsStorePlan => {
  if (provider.type !== 'aws') throw new Error(`store ${name} is no AWS store`);
  return provider;
};

const openAuthority = (store: AwsStorePlan, sts: Sts, context: ProviderContext): Authority => {
  const { clock, log, session, podIdentity } = context;
  const settings = { store, podIdentity };
  return new Authority({
    logIn: () => logIn({ store, sts, context }),
    clock,
    log,
    session: decodeSession(settings, session.load(), clock.now()),
    onLogin: (identity) => {
      session.save(encodeSession(settings, identity, clock.now()));
    },
  });
};

/**
 * Opens an AWS Secrets Manager store; nothing is sent before the first read. The identity is the pod's: its projected token
 * (AssumeRoleWithWebIdentity) or EKS Pod Identity, and roles assumed from there. Close it to end its connections; the session of
 * the role is left to lapse, because another process of the pod may go on with it.
 */
export const openAws: OpenProvider = (planStore, context) => {
  const store = awsStore(planStore);
  const secretsManager = openPlace('secretsmanager', store.secretsManagerEndpoint, store, context);
  if (!secretsManager.ok) return Promise.resolve(failingProvider(secretsManager.error));
  const place = openPlace('sts', store.stsEndpoint, store, context);
  if (!place.ok) return Promise.resolve(failingProvider(place.error));
  const { clock } = context;
  const signingClock = new SigningClock(clock);
  const calls = new Calls(context, signingClock);
  const { sessionName } = store.auth;
  const sts = new Sts({ place: place.value, calls, signingClock, clock, sessionName });
  const reader = new Reader({
    store,
    authority: openAuthority(store, sts, context),
    habit: new BatchHabit(clock),
    place: secretsManager.value,
    calls,
    clock,
    signingClock,
  });
  return Promise.resolve({
    read: (sources, signal) => reader.read(sources, signal),
    close: () => {
      secretsManager.value.transport.close();
      place.value.transport.close();
    },
  });
};
