import type { PlanSource } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { isBuiltIn } from './mount-table.ts';
import { apiPath, showMount, showPath, type EnginePath } from './path.ts';

/** How an engine that is not key-value is asked. */
export interface EngineRequest {
  readonly kind: 'engine';
  readonly path: EnginePath;
  readonly method: 'read' | 'write';
  /** For a write: the ref's parameters by name. */
  readonly body: Readonly<Record<string, string>> | undefined;
}

/** Vault's own paths, where the mount table does not say so. */
const ownSegments = new Set(['sys', 'auth', 'identity', 'cubbyhole']);

const whyUseless = ({ mount, type, below }: EnginePath): string | undefined => {
  const name = showMount(mount);
  if (type === undefined)
    return ownSegments.has(mount[0] ?? '')
      ? `${name} is Vault's own: it keeps no secrets of an app's`
      : undefined;
  if (isBuiltIn(type)) return `mount ${name} is of type ${type}: it keeps no secrets of an app's`;
  if (type === 'transform' || (type === 'transit' && below[0] !== 'export'))
    return `mount ${name} is of type ${type}: it works on data that it is sent, and keeps no secrets to read${type === 'transit' ? ' but keys below export/' : ''}`;
  return undefined;
};

/**
 * What is written to even without parameters, because these engines answer no read there
 * (https://developer.hashicorp.com/vault/api-docs/secret/pki, …/ssh, …/kubernetes). Other engines are read where the ref has no
 * parameters.
 */
const writtenPaths: ReadonlyMap<string, RegExp> = new Map([
  ['pki', /^(?:issuer\/[^/]+\/)?(?:issue|sign|sign-verbatim)(?:\/|$)/],
  ['ssh', /^(?:creds|issue|sign)\//],
  ['kubernetes', /^creds\//],
]);

const isWritten = ({ type, below }: EnginePath): boolean =>
  writtenPaths.get(type ?? '')?.test(showPath(below)) === true;

/** How a path of an engine is asked for what a ref wants. What cannot be is `invalid`. */
export const engineRequest = (
  path: EnginePath,
  { version, parameters }: Pick<PlanSource, 'version' | 'parameters'>,
): Result<EngineRequest, ProviderError> => {
  const useless = whyUseless(path);
  if (useless !== undefined) return err(providerError('invalid', useless));
  if (version !== undefined)
    return err(
      providerError(
        'invalid',
        `${quoted(showPath(apiPath(path)))} has no versions; the ref asks for version ${quoted(version)}`,
      ),
    );
  if (parameters === undefined && !isWritten(path))
    return ok({ kind: 'engine', path, method: 'read', body: undefined });
  const body = Object.fromEntries((parameters ?? []).map(({ name, value }) => [name, value]));
  return ok({ kind: 'engine', path, method: 'write', body });
};
