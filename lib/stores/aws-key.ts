import { quoted } from '../text.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const longestName = 512;

export const legalNameCharacters = 'letters, digits and "/_+=.@-"';

/** The first character of a text that no name of a secret may have. */
export const illegalNameCharacter = (text: string): string | undefined =>
  /[^A-Za-z0-9/_+=.@-]/u.exec(text)?.[0];

/** Whether a key is an ARN, and so stands for itself: no prefix is put before it. */
export const isArn = (key: string): boolean => key.startsWith('arn:');

const arnShape = 'arn:aws:secretsmanager:<region>:<account of 12 digits>:secret:<name>';

/** Task definitions of ECS have a field, a stage and a version there; here they are parts of the ref. */
const behindName =
  'the ARN goes on behind the name of the secret; a field is written #<property>, a stage ?stage=… and a version ?version=…';

interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
  readonly name: string;
  /** What stands behind the name. */
  readonly rest: readonly string[];
}

const splitArn = (key: string): Arn => {
  const [, partition = '', service = '', region = '', account = '', resource = '', name = '', ...rest] =
    key.split(':');
  return { partition, service, region, account, resource, name, rest };
};

const isSecret = ({ partition, account, resource, name }: Arn): boolean =>
  /^aws(-[a-z]+)*$/.test(partition) &&
  /^[0-9]{12}$/.test(account) &&
  resource === 'secret' &&
  name !== '' &&
  illegalNameCharacter(name) === undefined;

/** Account, region and name of a secret's ARN; of a text that is another one they mean nothing. */
export const secretArn = (key: string): Pick<Arn, 'account' | 'region' | 'name'> => splitArn(key);

const arnProblems = (key: string, storeRegion: string): string[] => {
  const arn = splitArn(key);
  const { service, region } = arn;
  if (service !== 'secretsmanager')
    return [`the key is an ARN of the service ${quoted(service)}; this store reads AWS Secrets Manager`];
  if (!isSecret(arn)) return [`the key ${quoted(key)} is not the ARN of a secret: ${arnShape}`];
  const elsewhere = `the ARN is of region ${quoted(region)}, the store of ${quoted(storeRegion)}; use a store of that region`;
  return [...(region === storeRegion ? [] : [elsewhere]), ...(arn.rest.length === 0 ? [] : [behindName])];
};

/** Why AWS Secrets Manager cannot have a secret of this key; sentences to be read after the ref's place. */
export const awsKeyProblems = (
  key: string,
  { region, prefix }: { readonly region: string; readonly prefix: string },
): readonly string[] => {
  if (isArn(key)) return arnProblems(key, region);
  const illegal = illegalNameCharacter(key);
  if (illegal !== undefined)
    return [`the key has ${quoted(illegal)}; names of secrets in AWS are ${legalNameCharacters}`];
  const length = prefix.length + key.length;
  return length > longestName
    ? [
        `the key has ${length} characters${prefix === '' ? '' : ' with the prefix of the store'}; AWS allows 512`,
      ]
    : [];
};
