import type { VaultCore } from './core.ts';
import type { Rendered } from './render.ts';

/** The version that the stand-in names: that of the source it was written by. */
const version = '1.21.4';

/**
 * `sys/health`, which needs no token and answers while sealed; its codes can be changed by the query
 * (https://developer.hashicorp.com/vault/api-docs/system/health).
 */
export function health(core: VaultCore, query: URLSearchParams): Rendered {
  const [name, fallback] = core.sealed ? ['sealedcode', 503] : ['activecode', 200];
  const status = Number(query.get(name) ?? fallback);
  if (!Number.isInteger(status) || status < 200 || status > 599) return { status: 400, body: { errors: [] } };
  return {
    status,
    body: {
      initialized: true,
      sealed: core.sealed,
      standby: false,
      performance_standby: false,
      replication_performance_mode: 'disabled',
      replication_dr_mode: 'disabled',
      server_time_utc: Math.floor(core.clock.now() / 1000),
      version,
      enterprise: false,
      cluster_name: 'stand-in',
      cluster_id: '00000000-0000-4000-8000-000000000000',
    },
  };
}

/** `sys/seal-status`, which needs no token either. */
export function sealStatus(core: VaultCore): Rendered {
  return {
    status: 200,
    body: { type: 'shamir', initialized: true, sealed: core.sealed, t: 1, n: 1, progress: 0, version },
  };
}
