import { awsKeyProblems } from '../../lib/stores/aws-key.ts';
import type { AwsStore } from '../../lib/stores/aws.ts';
import type { Ref } from '../../lib/ref.ts';
import type { Store } from '../../lib/stores/store.ts';
import { quoted } from '../../lib/text.ts';

/** Why a ref does not fit a store; sentences to be read after the ref's place. */
type Problems = readonly string[];

const noStage = ({ stage }: Ref, { name, provider }: Store): Problems =>
  stage === undefined
    ? []
    : [`"stage" is a word of AWS Secrets Manager; store ${quoted(name)} is of provider ${provider.type}`];

const noParameters = ({ parameters }: Ref, { name, provider }: Store): Problems =>
  (parameters ?? []).map(
    (parameter) =>
      `"parameter.${parameter.name}" is for Vault's engines; store ${quoted(name)} is of provider ${provider.type}`,
  );

const vaultProblems = (ref: Ref, store: Store): Problems => {
  const { version, parameters } = ref;
  const problems = [...noStage(ref, store)];
  if (version !== undefined && !/^[1-9][0-9]*$/.test(version))
    problems.push(`"version" is ${quoted(version)}; versions of Vault's KV v2 are whole numbers from 1`);
  if (version !== undefined && parameters !== undefined)
    problems.push(
      '"version" is for secrets that are kept, and parameters for those that Vault makes; drop one',
    );
  return problems;
};

/** Of providers that keep a secret as it is now, and nothing else of it. */
const oneVersionProblems = (ref: Ref, store: Store): Problems => [
  ...noStage(ref, store),
  ...noParameters(ref, store),
  ...(ref.version === undefined
    ? []
    : [
        `"version": store ${quoted(store.name)} is of provider ${store.provider.type}, which keeps one version`,
      ]),
];

const uuidPrefix = 'uuid/';

/** external-secrets has `version` for stages and writes ids as `uuid/<id>`: each is told how it is written here. */
const versionProblems = (version: string | undefined): Problems => {
  if (version === undefined) return [];
  if (version.startsWith(uuidPrefix))
    return [`"version" is ${quoted(version)}; write ?version=${version.slice(uuidPrefix.length)}`];
  return version.length >= 32 && version.length <= 64
    ? []
    : [
        `"version" is ${quoted(version)}; ids of versions in AWS Secrets Manager have 32 to 64 characters, and a stage is written ?stage=${version}`,
      ];
};

const longestStage = 256;

const awsProblems = (ref: Ref, store: Store, aws: AwsStore): Problems => [
  ...awsKeyProblems(ref.key, aws),
  ...versionProblems(ref.version),
  ...((ref.stage ?? '').length > longestStage
    ? [`"stage" has more than the ${longestStage} characters that AWS allows`]
    : []),
  ...noParameters(ref, store),
];

/** What of a ref the provider of its store does not have, or could never find. */
export const refProblems = (ref: Ref, store: Store): Problems => {
  const { provider } = store;
  if (provider.type === 'vault') return vaultProblems(ref, store);
  return provider.type === 'aws' ? awsProblems(ref, store, provider) : oneVersionProblems(ref, store);
};
