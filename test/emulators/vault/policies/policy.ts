import { err, ok } from '../../../../lib/result.ts';
import { isJsonObject } from '../../shared/json.ts';
import { parseHcl } from './hcl.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';
import type { PathBlock } from './hcl.ts';

const known = ['create', 'read', 'update', 'delete', 'list', 'sudo', 'patch', 'deny'] as const;

export type Capability = (typeof known)[number];

/** One rule of a policy. `path` is as written, without a leading slash. */
export interface PathRule {
  readonly path: string;
  readonly capabilities: ReadonlySet<Capability>;
}

export interface Policy {
  readonly name: string;
  /** The text as it was written, given back on reading. */
  readonly text: string;
  readonly rules: readonly PathRule[];
}

const isCapability = (value: unknown): value is Capability => (known as readonly unknown[]).includes(value);

function parseRule({ path, body }: PathBlock): Result<PathRule, string> {
  const unknown = Object.keys(body).find((name) => !['capabilities', 'comment'].includes(name));
  if (unknown !== undefined) return err(`path "${path}": this server does not know "${unknown}"`);
  if (path.includes('+*')) return err(`path "${path}": invalid use of wildcards ('+*' is forbidden)`);
  const listed: unknown[] = Array.isArray(body['capabilities']) ? body['capabilities'] : [];
  const odd = listed.find((value) => !isCapability(value));
  if (odd !== undefined) return err(`path "${path}": invalid capability ${JSON.stringify(odd)}`);
  return ok({ path: path.replace(/^\//, ''), capabilities: new Set(listed.filter(isCapability)) });
}

function jsonBlocks(document: JsonObject): Result<PathBlock[], string> {
  const unknown = Object.keys(document).find((name) => name !== 'path' && name !== 'name');
  if (unknown !== undefined) return err(`invalid key '${unknown}'`);
  const paths = document['path'] ?? {};
  if (!isJsonObject(paths)) return err('path must be an object');
  const blocks: PathBlock[] = [];
  for (const [path, body] of Object.entries(paths)) {
    if (!isJsonObject(body)) return err(`path "${path}": must be an object`);
    blocks.push({ path, body });
  }
  return ok(blocks);
}

function blocksOf(text: string): Result<PathBlock[], string> {
  if (!text.trimStart().startsWith('{')) return parseHcl(text);
  try {
    return jsonBlocks(JSON.parse(text) as JsonObject);
  } catch {
    return err('not JSON');
  }
}

/** Parses a policy in HCL or JSON. What it cannot honour (parameters, templates, wrapping) is an error, never ignored. */
export function parsePolicy(name: string, text: string): Result<Policy, string> {
  const blocks = blocksOf(text);
  if (!blocks.ok) return err(`failed to parse policy: ${blocks.error}`);
  const rules: PathRule[] = [];
  for (const block of blocks.value) {
    const rule = parseRule(block);
    if (!rule.ok) return err(`failed to parse policy: ${rule.error}`);
    rules.push(rule.value);
  }
  return ok({ name, text, rules });
}

const rule = (path: string, ...capabilities: Capability[]): PathRule => ({
  path,
  capabilities: new Set(capabilities),
});

/** What every token may do that does not say otherwise: Vault's `default` policy, without the paths that need templates. */
export const defaultPolicy: Policy = {
  name: 'default',
  text: '# the built-in default policy',
  rules: [
    rule('auth/token/lookup-self', 'read'),
    rule('auth/token/renew-self', 'update'),
    rule('auth/token/revoke-self', 'update'),
    rule('sys/capabilities-self', 'update'),
    rule('sys/internal/ui/resultant-acl', 'read'),
    rule('sys/renew', 'update'),
    rule('sys/leases/renew', 'update'),
    rule('sys/leases/lookup', 'update'),
    rule('cubbyhole/*', 'create', 'read', 'update', 'delete', 'list'),
    rule('sys/wrapping/wrap', 'update'),
    rule('sys/wrapping/lookup', 'update'),
    rule('sys/wrapping/unwrap', 'update'),
    rule('sys/tools/hash', 'update'),
    rule('sys/tools/hash/*', 'update'),
    rule('sys/control-group/request', 'update'),
    rule('identity/oidc/provider/+/authorize', 'read', 'update'),
  ],
};
