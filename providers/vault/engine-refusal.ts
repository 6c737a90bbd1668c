import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { quoted } from '../../lib/text.ts';
import type { JsonObject } from './answer.ts';
import type { EngineRequest } from './engine-request.ts';
import { showMount, showPath } from './path.ts';

const firstError = ({ errors }: JsonObject): string => {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return typeof first === 'string' ? first : '';
};

/** What Vault's texts are recognised by, and what is said instead: they may quote what was sent. */
const known: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/^unknown role\b|\brole\b.*\b(?:not found|does not exist)\b/i, (name) => `there is no such role: ${name}`],
  [
    /\bcommon_name field is required\b/,
    (name) =>
      `${name} needs the name that the certificate is for: add ?parameter.common_name=<name> to the ref`,
  ],
  [
    /\bnot allowed by this role\b/,
    (name) =>
      `the role of ${name} does not allow a name that the ref asks for: change ?parameter.common_name=<name> (or alt_names, ip_sans, uri_sans), or what the role allows`,
  ],
  [
    /^Field validation failed\b/,
    (name) => `${name} cannot read the value of a parameter: check each ?parameter.<name>=<value> of the ref`,
  ],
];

const howToSet = '?parameter.<name>=<value>';

const refused = ({ body }: EngineRequest, name: string, status: number): string => {
  const parameters = Object.keys(body ?? {}).sort();
  const advice =
    parameters.length === 0
      ? `what it needs is set as ${howToSet} in the ref`
      : `it allows ${parameters.map((parameter) => `parameter.${parameter}`).join(', ')} as the ref sets them`;
  return `Vault refused ${name} (HTTP ${status}): check that the role exists, and that ${advice}`;
};

const wrongMethod = ({ method, body }: EngineRequest, name: string): string => {
  if (method === 'read')
    return `${name} is not read but written to: give the ref what it needs as ${howToSet} (HTTP 405)`;
  return Object.keys(body ?? {}).length > 0
    ? `${name} is read, and takes no parameters: leave them out of the ref (HTTP 405)`
    : `${name} makes nothing that can be read (HTTP 405)`;
};

/** What a 400 or 405 from an engine asks the user to do. Never Vault's own text. */
export const engineRefusal = (request: EngineRequest, status: number, body: JsonObject): ProviderError => {
  const { below, mount } = request.path;
  const name = `${quoted(showPath(below))} in ${showMount(mount)}`;
  if (status === 405) return providerError('invalid', wrongMethod(request, name));
  const text = firstError(body);
  const [, sentence] = (status === 400 && known.find(([pattern]) => pattern.test(text))) || [];
  return providerError('invalid', sentence?.(name) ?? refused(request, name, status));
};
