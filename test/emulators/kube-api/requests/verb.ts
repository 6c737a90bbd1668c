import { isTokenRequest } from '../tokens/token-api.ts';
import type { Target } from './path.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

const withName: ReadonlyMap<string, Verb> = new Map([
  ['GET', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
]);
const withoutName: ReadonlyMap<string, Verb> = new Map([
  ['GET', 'list'],
  ['POST', 'create'],
  ['DELETE', 'deletecollection'],
]);

/** What a request asks to do, in the words of access rules; undefined for a method that the path does not have. */
export const verbOf = (method: string, target: Target, query: URLSearchParams): Verb | undefined => {
  if (isTokenRequest(target)) return method === 'POST' ? 'create' : undefined;
  const { name } = target;
  const verb = (name === undefined ? withoutName : withName).get(method);
  const watch = query.get('watch');
  return verb === 'list' && (watch === 'true' || watch === '1') ? 'watch' : verb;
};
