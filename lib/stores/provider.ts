import { sentenceList } from '../text.ts';
import { readAws, type AwsStore } from './aws.ts';
import { checkAzure } from './azure.ts';
import { readBitwarden, type BitwardenStore } from './bitwarden.ts';
import type { Fields } from './fields.ts';
import { checkGoogle } from './google.ts';
import { readVault, type VaultStore } from './vault.ts';

interface FileStore {
  readonly type: 'file';
  readonly path: string;
}

export type StoreProvider = VaultStore | AwsStore | BitwardenStore | FileStore;

const readFile = (fields: Fields): FileStore => {
  const path = fields.string('path');
  if (path !== '' && !path.startsWith('/')) fields.reject('path', 'must be absolute');
  fields.close();
  return { type: 'file', path };
};

const readers = { vault: readVault, aws: readAws, bitwardensecretsmanager: readBitwarden, file: readFile };
const readable = Object.keys(readers) as (keyof typeof readers)[];
const served = sentenceList(readable);

/** Providers that are to come: what is said of them can be checked already. */
const checks = { azurekv: checkAzure, gcpsm: checkGoogle };
const coming = Object.keys(checks) as (keyof typeof checks)[];

/** Further providers of external-secrets.io/v1 and v1beta1, so that they are refused as what they are. */
const others = [
  ...[
    'akeyless',
    'alibaba',
    'barbican',
    'beyondtrust',
    'beyondtrustworkloadcredentials',
    'chef',
    'cloudrusm',
  ],
  ...['conjur', 'crd', 'delinea', 'device', 'doppler', 'dvls', 'fake', 'fortanix', 'github', 'gitlab', 'ibm'],
  ...['infisical', 'keepersecurity', 'kubernetes', 'nebiusmysterybox', 'ngrok', 'onboardbase', 'onepassword'],
  ...['onepasswordSDK', 'oracle', 'ovh', 'passbolt', 'passworddepot', 'previder', 'pulumi', 'scaleway'],
  ...['secretserver', 'senhasegura', 'volcengine', 'webhook', 'yandexcertificatemanager', 'yandexlockbox'],
];

const refuseOthers = (fields: Fields): void => {
  for (const name of coming) {
    const provider = fields.optionalObject(name);
    if (provider !== undefined) checks[name](provider);
  }
  fields.refuse(`is not supported yet; the providers are ${served}`, ...coming);
  fields.refuse('has the interface of Vault: write it as vault', 'openBao');
  fields.refuse(`is not supported; the providers are ${served}`, ...others);
};

/** Reads `spec.provider`; undefined where there is none that could serve a pod, which the findings say then. */
export const readProvider = (fields: Fields): StoreProvider | undefined => {
  const found = readable.flatMap((name) => {
    const provider = fields.optionalObject(name);
    return provider === undefined ? [] : [{ name, provider }];
  });
  const [first, ...more] = found;
  refuseOthers(fields);
  for (const { name } of more)
    fields.reject(name, `stands beside ${first?.name ?? ''}; a store has one provider`);
  const isOther = [...coming, 'openBao', ...others].some((name) => fields.has(name));
  if (first === undefined && !isOther)
    fields.reject('vault', `is missing; a store needs one provider: ${sentenceList(readable, 'or')}`);
  fields.close();
  return first && readers[first.name](first.provider);
};
