const storeRef = { name: 'vault', kind: 'SecretStore' };
const generatorRef = { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'UUID', name: 'u' };
const configMap = { name: 'templates', items: [{ key: 'a', templateAs: 'Values' }] };
const strategies = { conversionStrategy: 'Default', decodingStrategy: 'None', nullBytePolicy: 'Ignore' };
const remoteRef = { key: 'k', metadataPolicy: 'None', property: 'p', version: '1', ...strategies };

/** Every field that external-secrets.io/v1 has for an ExternalSecret, each with a value of its type. */
export const everyField = {
  secretStoreRef: storeRef,
  target: {
    name: 'db',
    creationPolicy: 'Owner',
    deletionPolicy: 'Retain',
    template: {
      type: 'Opaque',
      engineVersion: 'v2',
      metadata: { annotations: { a: 'b' }, labels: { a: 'b' }, finalizers: ['a/b'] },
      mergePolicy: 'Replace',
      data: { a: 'x' },
      templateFrom: [
        { configMap, target: 'Data', valuesDecodingStrategy: 'None' },
        { secret: configMap },
        { literal: 'a: b' },
      ],
    },
    manifest: { apiVersion: 'v1', kind: 'ConfigMap' },
    immutable: true,
  },
  refreshPolicy: 'Periodic',
  refreshInterval: '1h0m0s',
  syncWindows: { kind: 'deny', windows: [{ schedule: '0 22 * * *', duration: '8h' }] },
  data: [
    { secretKey: 'a', remoteRef, sourceRef: { storeRef } },
    { secretKey: 'b', remoteRef, sourceRef: { generatorRef } },
  ],
  dataFrom: [
    {
      extract: remoteRef,
      rewrite: [
        {
          merge: {
            into: 'all',
            priority: ['a'],
            priorityPolicy: 'Strict',
            conflictPolicy: 'Error',
            strategy: 'Extract',
          },
        },
        { regexp: { source: 'a', target: 'b' } },
        { transform: { template: '{{ .value }}' } },
      ],
      sourceRef: { storeRef },
    },
    { find: { path: 'a', name: { regexp: 'a' }, tags: { a: 'b' }, ...strategies } },
    { sourceRef: { generatorRef } },
  ],
};
