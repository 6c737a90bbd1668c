import { expect } from '@jest/globals';
import { given } from '../../../../lib/given.ts';
import type { VaultStorePlan } from '../../../../lib/plan.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { ok } from '../../../../lib/result.ts';
import { recordedCalls } from '../../../../providers/vault/calls.ts';
import type { VaultAnswer, VaultRequest } from '../../../../providers/vault/client.ts';
import { loginRequests } from '../../../../providers/vault/login.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

export const kubernetes: VaultStorePlan = {
  type: 'vault',
  server: 'https://vault.test:8200',
  allowHttp: false,
  path: 'kv',
  kvVersion: 'v2',
  auth: { method: 'kubernetes', mountPath: 'kubernetes', role: 'app', token: 'vault' },
};
export const jwt: VaultStorePlan = {
  ...kubernetes,
  auth: { ...kubernetes.auth, method: 'jwt', mountPath: 'jwt' },
};

export const answer = (status: number, body: unknown, headers: Record<string, string> = {}): VaultAnswer =>
  ok({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: new Redacted(Buffer.from(JSON.stringify(body))),
  });

export const welcome = answer(200, {
  auth: { client_token: 'hvs.canary', lease_duration: 900, renewable: true, num_uses: 0 },
});
export const refused = (status: number): VaultAnswer => answer(status, { errors: ['canary'] });

interface Script {
  readonly store?: VaultStorePlan;
  readonly tokens?: readonly (string | Error)[];
  readonly answers: readonly VaultAnswer[];
  /** Default: the pod. */
  readonly tokenOwner?: string;
}

export const play = ({ store = kubernetes, tokens = ['pod-canary'], answers, tokenOwner }: Script) => {
  const requests: VaultRequest[] = [];
  const records: string[] = [];
  const clock = new ManualClock();
  let reads = 0;
  const call = recordedCalls(
    {
      server: 'vault.test:8200',
      send: (request) => {
        requests.push(request);
        return Promise.resolve(answers[requests.length - 1]!);
      },
    },
    {
      clock,
      record: ({ operation, outcome }) => {
        records.push(`${operation} ${outcome}`);
      },
    },
  );
  const login = loginRequests({
    store,
    call,
    context: {
      clock,
      ...given({ tokenOwner }),
      readToken: (name) => {
        const token = tokens[Math.min(reads, tokens.length - 1)]!;
        reads += 1;
        expect(name).toBe('vault');
        return token instanceof Error ? Promise.reject(token) : Promise.resolve(new Redacted(token));
      },
    },
  });
  return { login, requests, records, clock };
};
