import * as z from 'zod';

/** A field that the API server leaves out, or sends as null, where it has nothing to say. */
const maybe = <T extends z.ZodType>(type: T): z.ZodOptional<z.ZodNullable<T>> => z.optional(z.nullable(type));

const id = maybe(z.int().nonnegative());
const texts = z.record(z.string(), z.string());

const container = z.looseObject({
  name: z.string(),
  env: maybe(z.array(z.looseObject({ name: z.string() }))),
  resources: maybe(z.looseObject({ requests: maybe(texts), limits: maybe(texts) })),
  volumeMounts: maybe(z.array(z.looseObject({ name: z.string(), mountPath: z.string() }))),
  securityContext: maybe(z.looseObject({ runAsUser: id, runAsGroup: id })),
});

const pod = z.looseObject({
  metadata: maybe(
    z.looseObject({ name: maybe(z.string()), generateName: maybe(z.string()), annotations: maybe(texts) }),
  ),
  spec: z.looseObject({
    containers: z.array(container),
    initContainers: maybe(z.array(container)),
    volumes: maybe(z.array(z.looseObject({ name: z.string() }))),
    securityContext: maybe(
      z.looseObject({
        runAsUser: id,
        runAsGroup: id,
        fsGroup: id,
        supplementalGroups: maybe(z.array(z.int().nonnegative())),
      }),
    ),
    serviceAccountName: z.optional(z.string()),
    hostNetwork: z.optional(z.boolean()),
    os: maybe(z.looseObject({ name: z.optional(z.string()) })),
    nodeSelector: maybe(texts),
  }),
});

/**
 * Why a value is not a pod that the decision can read, or undefined. The API server has checked pods before it calls; this is
 * for whoever else calls, and for manifests given to the command line.
 */
export const podProblem = (value: unknown): string | undefined => {
  const parsed = pod.safeParse(value);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  const where = (issue?.path ?? []).map(String).join('.');
  return `is not a pod: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'invalid'}`;
};
