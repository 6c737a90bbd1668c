import { connectPerson } from '../../lib/kube/connection.ts';
import { isRecord } from '../../lib/kube/object.ts';
import { objectPath } from '../../lib/kube/resource.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { send } from '../refresh/api.ts';
import { kubeconfigFiles } from '../refresh/kubeconfig.ts';
import type { WantedToken } from './reader.ts';
import type { TokenOwner, TokenSurroundings } from './tokens.ts';

const serviceAccounts = {
  group: '',
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
} as const;
/** As rules of RBAC call it. */
const tokens = { ...serviceAccounts, plural: 'serviceaccounts/token' } as const;

/** The API gives no token for less. */
const shortestSeconds = 600;

const tokenIn = (answer: unknown): string | undefined => {
  const status = isRecord(answer) ? answer['status'] : undefined;
  const token = isRecord(status) ? status['token'] : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
};

/** Asks the cluster of the kubeconfig for a token; takes the verb `create` on `serviceaccounts/token`. */
export const requestToken = async (
  { audience, expirationSeconds }: WantedToken,
  { namespace, serviceAccount }: TokenOwner,
  {
    kubeconfig,
    context,
    clock,
    kubeconfigVariable,
    homeFolder,
  }: TokenSurroundings & { readonly kubeconfig: string | undefined; readonly context: string | undefined },
): Promise<Result<Redacted<string>, string>> => {
  const files = await kubeconfigFiles({ given: kubeconfig, variable: kubeconfigVariable, homeFolder });
  if (!files.ok) return files;
  const person = connectPerson(files.value, context);
  if (!person.ok) return err(person.error);
  const { signal } = new AbortController();
  const api = { connection: person.value.connection, namespace, clock, signal };
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      expirationSeconds: Math.max(shortestSeconds, expirationSeconds),
      ...(audience === undefined ? {} : { audiences: [audience] }),
    },
  };
  const answer = await send(
    api,
    { verb: 'create', resource: tokens, name: serviceAccount },
    {
      method: 'POST',
      path: `${objectPath({ ...serviceAccounts, namespace }, serviceAccount)}/token`,
      body: { contentType: 'application/json', text: JSON.stringify(request) },
    },
  );
  if (!answer.ok) return answer;
  const token = tokenIn(answer.value);
  return token === undefined ? err('the API server gave no token') : ok(new Redacted(token));
};
