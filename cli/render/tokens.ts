import { readFile } from 'node:fs/promises';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import type { RenderArguments } from '../arguments/arguments.ts';
import type { WantedToken } from './reader.ts';

/** Whose token is wanted. */
export interface TokenOwner {
  readonly namespace: string;
  readonly serviceAccount: string;
}

export interface TokenSurroundings {
  readonly clock: Clock;
  /** The variable `KUBECONFIG`. */
  readonly kubeconfigVariable: string | undefined;
  readonly homeFolder: string;
}

type Token = Result<Redacted<string>, string>;

const fromFile = async (file: string): Promise<Token> => {
  try {
    return ok(new Redacted((await readFile(file, 'utf8')).trim()));
  } catch (error) {
    return err(`--token: ${file} cannot be read: ${errorMessage(error)}`);
  }
};

const shownAudience = (audience: string | undefined): string =>
  audience === undefined ? "the API server's own audience" : `audience ${quoted(audience)}`;

/**
 * The token as the kubelet would project it: of a file that the command line names, else asked of the cluster, as
 * `kubectl create token` does (https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/).
 */
export const tokenFor = async (
  wanted: WantedToken,
  owner: TokenOwner,
  { tokens, kubeconfig, context }: RenderArguments,
  around: TokenSurroundings,
): Promise<Token> => {
  const file = tokens.get(wanted.audience ?? '');
  if (file !== undefined) return fromFile(file);
  // The Kubernetes client takes longer to load than all the rest, and few need it.
  const { requestToken } = await import('./token-request.ts');
  const token = await requestToken(wanted, owner, { ...around, kubeconfig, context });
  if (token.ok) return token;
  const { namespace, serviceAccount } = owner;
  const whose = `a token of ServiceAccount ${namespace}/${serviceAccount} for ${shownAudience(wanted.audience)}`;
  return err(
    `the store needs ${whose}: ${token.error}; or give one with --token ${wanted.audience ?? ''}=FILE`,
  );
};
