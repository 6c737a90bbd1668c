import type { Answer, AuthBlock, JsonObject } from './answer.ts';

/** An HTTP answer before it is written: an undefined body is an empty one. */
export interface Rendered {
  readonly status: number;
  /** Where a redirect leads. */
  readonly location?: string;
  readonly body?: JsonObject;
}

export interface RenderContext {
  readonly requestId: string;
  /** Reading nothing is a 404, writing without anything to say a 204. */
  readonly reading: boolean;
  /** The type of the mount that answered, `kv` for example. */
  readonly mountType: string;
}

const renderAuth = (auth: AuthBlock): JsonObject => ({
  client_token: auth.clientToken,
  accessor: auth.accessor,
  policies: auth.policies,
  token_policies: auth.policies,
  metadata: auth.metadata,
  lease_duration: auth.leaseSeconds,
  renewable: auth.renewable,
  entity_id: auth.entityId,
  token_type: auth.tokenType,
  orphan: auth.orphan,
  mfa_requirement: null,
  num_uses: auth.numberOfUses,
});

function envelope(context: RenderContext, parts: Partial<JsonObject>): JsonObject {
  return {
    request_id: context.requestId,
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: null,
    wrap_info: null,
    warnings: null,
    auth: null,
    mount_type: context.mountType,
    ...parts,
  };
}

function renderData(answer: Extract<Answer, { kind: 'data' }>, context: RenderContext): Rendered {
  const { data, lease, warnings, alsoAtTop, status } = answer;
  const body = envelope(context, {
    ...(alsoAtTop === true ? data : {}),
    data,
    ...(warnings === undefined || warnings.length === 0 ? {} : { warnings }),
    ...(lease === undefined
      ? {}
      : { lease_id: lease.id, lease_duration: lease.seconds, renewable: lease.renewable }),
  });
  return { status: status ?? 200, body };
}

/** Vault's status and body for a decision (https://github.com/hashicorp/vault/blob/main/sdk/logical/translate_response.go). */
export function render(answer: Answer, context: RenderContext): Rendered {
  switch (answer.kind) {
    case 'empty':
      return context.reading ? { status: 404, body: { errors: [] } } : { status: 204 };
    case 'data':
      return renderData(answer, context);
    case 'auth': {
      const warnings = answer.warnings?.length ? { warnings: answer.warnings } : {};
      return { status: 200, body: envelope(context, { auth: renderAuth(answer.auth), ...warnings }) };
    }
    case 'bare':
      return answer;
    case 'error':
      return { status: answer.status, body: { errors: answer.errors } };
  }
}
