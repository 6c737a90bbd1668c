import { ask, type Asking } from '../../lib/kube/ask.ts';
import type { KubeConnection } from '../../lib/kube/connection.ts';
import type { KubeFailure } from '../../lib/kube/failure.ts';
import { listAll } from '../../lib/kube/list.ts';
import { isRecord, parseObject, type KubeObject } from '../../lib/kube/object.ts';
import { objectPath, type KubeResource } from '../../lib/kube/resource.ts';
import { apiGroup, apiVersion } from '../../lib/names.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Clock } from '../../lib/clock.ts';
import { judgedKinds, type JudgedKind } from '../core/judge.ts';
import { parseStatus, type ObjectStatus } from '../core/object-status.ts';

const resourceOf = (kind: JudgedKind, namespace?: string): KubeResource => ({
  group: apiGroup,
  apiVersion,
  kind,
  plural: judgedKinds[kind],
  namespace,
});

const missing = 404;

interface Found {
  readonly uid: string;
  readonly status: ObjectStatus;
}

/** The status of one item of a list, by the uid of its object. */
const foundIn = (kind: JudgedKind, item: unknown): Found | undefined => {
  const object = parseObject(item, { apiVersion, kind });
  const uid = object.ok ? object.value.metadata.uid : undefined;
  const status = isRecord(item) ? parseStatus(item['status']) : undefined;
  return uid === undefined || status === undefined ? undefined : { uid, status };
};

/** The statuses that objects have, by uid: those that an earlier holder of the Lease wrote need not be written again. */
export const readStatuses = async (
  connection: KubeConnection,
  clock: Clock,
  signal: AbortSignal,
): Promise<Result<Map<string, ObjectStatus>, KubeFailure>> => {
  const statuses = new Map<string, ObjectStatus>();
  for (const kind of Object.keys(judgedKinds) as JudgedKind[]) {
    const listed = await listAll({
      connection,
      clock,
      signal,
      resource: resourceOf(kind),
      parse: (item) => foundIn(kind, item),
    });
    if (!listed.ok && listed.error.status !== missing) return err(listed.error);
    for (const { uid, status } of listed.ok ? listed.value.objects : []) statuses.set(uid, status);
  }
  return ok(statuses);
};

/** Writes a status, if the object is still the version that was judged; 409 where it is another. */
export const writeStatus = (
  asking: Asking,
  { kind, metadata }: KubeObject & { readonly kind: JudgedKind },
  status: ObjectStatus,
): Promise<Result<unknown, KubeFailure>> => {
  const { name, namespace, resourceVersion } = metadata;
  return ask(
    asking,
    {
      method: 'PATCH',
      path: `${objectPath(resourceOf(kind, namespace), name)}/status`,
      query: { fieldManager: 'keyferry-webhook' },
      body: {
        contentType: 'application/merge-patch+json',
        text: JSON.stringify({ metadata: { resourceVersion }, status }),
      },
    },
    (body) => body,
  );
};
