import { dataAnswer, empty, failure } from '../answer.ts';
import { Fields } from '../fields.ts';
import { parsePolicy } from '../policies/policy.ts';
import type { Answer } from '../answer.ts';
import type { BackendRequest } from '../backend.ts';

/** `sys/policies/acl/<name>`, and `sys/policy/<name>` of old, which calls the text `rules`. */
export function handlePolicies(request: BackendRequest, name: string, old: boolean): Answer {
  const { policies } = request.namespace;
  const key = name.toLowerCase();
  switch (request.operation) {
    case 'list':
      return dataAnswer({ keys: [...policies.keys(), 'root'].sort() });
    case 'read': {
      const policy = policies.get(key);
      if (policy === undefined) return empty;
      return dataAnswer({ name: key, [old ? 'rules' : 'policy']: policy.text });
    }
    case 'delete':
      policies.delete(key);
      return empty;
    case 'create':
    case 'update':
      return write(request, key);
  }
}

function write(request: BackendRequest, name: string): Answer {
  const fields = new Fields(request.data);
  const encoded = fields.string('policy') ?? fields.text('rules');
  if (name === 'root') return failure(400, 'cannot update "root" policy');
  if (fields.problem !== undefined) return failure(400, fields.problem);
  if (encoded === '') return failure(400, "'policy' parameter not supplied or empty");
  const policy = parsePolicy(name, encoded);
  if (!policy.ok) return failure(400, policy.error);
  request.namespace.policies.set(name, policy.value);
  return empty;
}
