import * as z from 'zod/mini';
import { text } from './primitives.ts';

export const vaultStore = z.strictObject({
  type: z.literal('vault'),
  /** Base URL, no trailing slash. */
  server: text,
  /** http is refused unless the install allows it. */
  allowHttp: z.boolean(),
  /** Where keys are relative to, usually a mount (`kv`); empty: keys are full paths. */
  path: z.string(),
  /** What the store's author says the mount is; the mount table decides where the token may see it. */
  kvVersion: z.enum(['v1', 'v2']),
  namespace: z.optional(text),
  /** PEM, instead of the system's certificate authorities. */
  caBundle: z.optional(text),
  /** Name expected in the server's certificate, where it is not the URL's host. */
  serverName: z.optional(text),
  auth: z.strictObject({
    method: z.enum(['kubernetes', 'jwt']),
    /** Mount of the auth method, without `auth/`. */
    mountPath: text,
    /** Absent: the auth method's default role. */
    role: z.optional(text),
    /** Vault namespace of the login, where it differs. */
    namespace: z.optional(text),
    /** File name of the projected token. */
    token: text,
  }),
});

export const fileStore = z.strictObject({
  type: z.literal('file'),
  /** A YAML or JSON file, or a folder with one file per key. */
  path: text,
  /** After resolving links the path must be below this folder. */
  root: text,
});

const awsRole = z.strictObject({
  arn: text,
  externalId: z.optional(text),
  /** By key. */
  sessionTags: z.optional(z.array(z.strictObject({ key: text, value: z.string() }))),
  /** Keys of the session tags that the next role of the chain inherits. */
  transitiveTagKeys: z.optional(z.array(text)),
});

export const awsStore = z.strictObject({
  type: z.literal('aws'),
  region: text,
  /** http is refused unless the install allows it. */
  allowHttp: z.boolean(),
  /** Base URLs without a trailing slash, where they are not the region's own. */
  secretsManagerEndpoint: z.optional(text),
  stsEndpoint: z.optional(text),
  /** PEM, instead of the system's certificate authorities; for both endpoints. */
  caBundle: z.optional(text),
  /** Stands before every key that is no ARN; may be empty. */
  prefix: z.string(),
  auth: z.strictObject({
    /** File name of the projected token, for the first role. */
    token: text,
    /** Whether EKS Pod Identity is the first identity where the pod has its variables; then every role is assumed from there. */
    podIdentity: z.boolean(),
    /** Assumed one from the other; the first with the projected token (AssumeRoleWithWebIdentity). */
    roles: z.array(awsRole),
    /** How CloudTrail names the sessions. */
    sessionName: text,
  }),
});

/** A store that the broker reads for the pod: how, is the broker's to know. */
export const brokerStore = z.strictObject({
  type: z.literal('broker'),
  /** What the broker reads it with, for messages and metrics. */
  provider: z.enum(['vault', 'aws', 'bitwardensecretsmanager']),
});

export const store = z.strictObject({
  name: text,
  kind: z.enum(['SecretStore', 'ClusterSecretStore']),
  provider: z.discriminatedUnion('type', [vaultStore, awsStore, fileStore, brokerStore]),
});

/** Where the broker is, of plans with stores that it reads. */
export const broker = z.strictObject({
  /** Base URL, no trailing slash. */
  server: text,
  /** File name of the projected token. */
  token: text,
  /** PEM: the certificates of its replicas as they were at admission. May be empty: then the projected ConfigMap has to come first. */
  trust: z.string(),
});
