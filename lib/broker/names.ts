/** Audience of the tokens that pods prove themselves to the broker with. */
export const brokerAudience = 'keyferry';
/** Life of those tokens, in seconds: the shortest that the API server gives. */
export const brokerTokenSeconds = 600;

/** The ConfigMap that holds the certificates of the broker's replicas, in its own namespace and copied to those of pods. */
export const trustConfigMap = 'keyferry-trust';
/** Its one key: PEM. */
export const trustKey = 'bundle.pem';
/** On the ConfigMap in the broker's own namespace: fingerprints of the certificates that every copy has. */
export const copiedAnnotation = 'keyferry.dev/copied-certificates';
/** Below the identity mount: the projected copy. */
export const trustFile = 'trust/bundle.pem';

/** Where the broker listens. */
export const brokerPort = 8444;
/** Where a default install has it. */
export const brokerNamespace = 'keyferry-system';
export const brokerService = 'keyferry-broker';
export const defaultBrokerServer = 'https://keyferry-broker.keyferry-system.svc:8444';
