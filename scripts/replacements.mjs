import { join } from 'node:path';

/**
 * What dependencies require at load and what we never let them use. Each is replaced by something that fails, or does nothing, if
 * that ever changes: the bundle is smaller by it, and what it cannot do needs no watching.
 */

const failing = (what) => `() => { throw new Error(${JSON.stringify(`the AWS SDK ${what}`)}); }`;

const inRoot = (...names) => join(import.meta.dirname, '..', ...names);

/** By the name that is imported. */
export const modules = {
  // node-vault's own transport and its log; client.ts always brings ours.
  axios: { path: inRoot('providers/vault/axios-stub.ts') },
  debug: { contents: 'module.exports = () => () => undefined;' },
  // prom-client's exemplars of default metrics, which we do not collect.
  '@opentelemetry/api': { contents: 'module.exports = {};' },
  // The chain that looks for AWS credentials in the environment, in files and at the instance: the store's are always given.
  '@aws-sdk/credential-provider-node': {
    contents: `export const defaultProvider = () => ${failing('looked for credentials by itself')};`,
  },
  // The SDK's transport; sdk.ts always brings ours.
  '@smithy/node-http-handler': {
    contents: `export class NodeHttpHandler { static create(handler) { return handler; } }
      export const streamCollector = ${failing('was given a stream')};`,
  },
  // Answers in events: no request of ours has any.
  '@smithy/core/event-streams': {
    contents: `export class EventStreamSerde { constructor() { throw new Error('the AWS SDK was given events'); } }
      export const eventStreamSerdeProvider = undefined;`,
  },
  // Reads what a browser calls itself.
  bowser: { contents: 'export default undefined;' },
  // Trace ids of AWS Lambda; sdk.ts takes the middleware out.
  '@aws/lambda-invoke-store': { contents: 'export const InvokeStore = undefined;' },
};

/** By the end of the file's path: parts of a package that is needed otherwise. */
export const files = {
  // What reads AWS_* variables and ~/.aws: every setting is given.
  '@smithy/core/dist-es/submodules/config/node-config-provider/configLoader.js': `export const loadConfig = () => ${failing('looked for a setting by itself')};`,
  '@smithy/core/dist-es/submodules/config/defaults-mode/resolveDefaultsModeConfig.js': `export const resolveDefaultsModeConfig = () => ${failing('looked for a region by itself')};`,
  '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js': `export const getInstanceMetadataRegion = ${failing('asked the instance for its region')};`,
  '@smithy/core/dist-es/submodules/endpoints/middleware-endpoint/adaptors/getEndpointFromConfig.js': `export const getEndpointFromConfig = ${failing('looked for an endpoint by itself')};`,
};
