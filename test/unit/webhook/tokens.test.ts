import { expect, test } from '@jest/globals';
import type { PlanStore } from '../../../lib/plan.ts';
import type { TokenProjection } from '../../../lib/connections/token.ts';
import { tokensFor, type PlannedStore } from '../../../webhook/core/plan-store.ts';

const store: PlanStore = {
  name: 'files',
  kind: 'SecretStore',
  provider: { type: 'file', path: '/srv', root: '/srv' },
};

const planned = (token?: TokenProjection): PlannedStore => ({ store, ...(token && { token }) });

const vault = (expirationSeconds: number): TokenProjection => ({
  name: 'vault',
  audience: 'vault',
  expirationSeconds,
});
const apiServer: TokenProjection = { name: 'api-server', expirationSeconds: 600 };

test.each([
  ['none', [planned()], []],
  ['one each, by name', [planned(vault(600)), planned(), planned(apiServer)], [apiServer, vault(600)]],
  ['the shortest, first', [planned(vault(600)), planned(vault(3600))], [vault(600)]],
  ['the shortest, last', [planned(vault(3600)), planned(vault(600))], [vault(600)]],
])('%s', (_what, stores, tokens) => {
  expect(tokensFor(stores)).toEqual(tokens);
});
