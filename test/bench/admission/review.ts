import { podNamespace, podServiceAccount } from './cluster.ts';

/** The pod of the bench, as an API server sends one that a ReplicaSet made: three containers, ten refs to three stores. */

/** Digits in the one variable by which the pods of two workloads differ. */
export const workloadMark = 'WORKLOAD-000000000';

/** The name of the token volume; the API server makes up its last five characters for each pod. */
export const tokenVolumeMark = 'kube-api-access-7xk2p';

/** The end of the request's uid. */
export const uidMark = '2b0b3f2f4c11';

const tokenMount = {
  name: tokenVolumeMark,
  readOnly: true,
  mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
};

const probe = (path: string): object => ({
  httpGet: { path, port: 'http', scheme: 'HTTP' },
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
});

const container = (name: string, port: number): object => ({
  name,
  image: `registry.example/payments/${name}:2.14.3`,
  args: ['--listen', `:${port}`, '--log-format', 'json'],
  ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
  env: [
    { name: 'LOG_LEVEL', value: 'info' },
    { name: 'REGION', value: 'eu-central-1' },
    ...(name === 'api' ? [{ name: 'WORKLOAD', value: workloadMark }] : []),
    { name: 'DATABASE_HOST', value: 'postgres.databases.svc' },
    { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
  ],
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, tokenMount],
  livenessProbe: probe('/livez'),
  readinessProbe: probe('/readyz'),
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
});

const annotations = {
  'prometheus.io/scrape': 'true',
  'prometheus.io/port': '8080',
  'keyferry.dev/inject': 'true',
  'keyferry.dev/store': 'store-0',
  'keyferry.dev/secret.db-user': 'payments/db#username',
  'keyferry.dev/secret.db-password': 'payments/db#password',
  'keyferry.dev/secret.api-token': 'payments/api#token',
  'keyferry.dev/secret.signing-key': 'payments/signing?version=3#key',
  'keyferry.dev/secret.session-key': 'store-1://payments/session?stage=AWSPREVIOUS#key',
  'keyferry.dev/secret.mail-user': 'store-1://payments/mail#user',
  'keyferry.dev/secret.mail-password': 'store-1://payments/mail#password',
  'keyferry.dev/extract.broker': 'shared-7://payments/broker',
  'keyferry.dev/secret.licence': 'shared-7://platform/licence?optional=true#text',
  'keyferry.dev/secret.keystore': 'shared-7://payments/keystore?decode=base64#p12',
  'keyferry.dev/path.licence': 'etc/licence.txt',
  'keyferry.dev/refresh-interval': '15m',
};

/** What the API server keeps of who set which field, shortened as it is in reality: one field per key. */
const fieldsOf = (value: unknown): object => {
  if (typeof value !== 'object' || value === null) return {};
  if (Array.isArray(value)) {
    return Object.fromEntries(
      value.map((item: { name?: string }, index) => [
        item.name === undefined ? `i:${index}` : `k:{"name":"${item.name}"}`,
        { '.': {}, ...fieldsOf(item) },
      ]),
    );
  }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [`f:${name}`, fieldsOf(field)]));
};

const pod = (): object => {
  const labels = { app: 'payments', 'app.kubernetes.io/part-of': 'shop', 'pod-template-hash': '6c9d8f7b5' };
  const spec = {
    volumes: [
      { name: 'tmp', emptyDir: {} },
      {
        name: tokenMount.name,
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          ],
          defaultMode: 420,
        },
      },
    ],
    containers: [container('api', 8080), container('worker', 8081), container('exporter', 9090)],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: podServiceAccount,
    serviceAccount: podServiceAccount,
    securityContext: { runAsUser: 10001, runAsNonRoot: true, fsGroup: 10001 },
    schedulerName: 'default-scheduler',
    tolerations: ['not-ready', 'unreachable'].map((name) => ({
      key: `node.kubernetes.io/${name}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'payments-6c9d8f7b5',
    uid: '0b5c7f38-7f0e-4a57-9d3b-1f4a2f4b9e11',
    controller: true,
    blockOwnerDeletion: true,
  };
  const metadata = {
    generateName: 'payments-6c9d8f7b5-',
    namespace: podNamespace,
    creationTimestamp: null,
    labels,
    annotations,
    ownerReferences: [owner],
    managedFields: [
      {
        manager: 'kube-controller-manager',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: fieldsOf({ metadata: { annotations, labels }, spec }),
      },
    ],
  };
  return { kind: 'Pod', apiVersion: 'v1', metadata, spec, status: {} };
};

/** The AdmissionReview of that pod, as text; `workloadMark` and `uidMark` are in it once. */
export const review = (): string => {
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const resource = { group: '', version: 'v1', resource: 'pods' };
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: `7f0f6c52-6f3d-4ad4-9b38-${uidMark}`,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      namespace: podNamespace,
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:kube-system:replicaset-controller',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
      },
      object: pod(),
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  });
};
