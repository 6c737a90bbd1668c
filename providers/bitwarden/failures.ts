import { arch, platform } from 'node:os';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { CommandFailure } from './sdk-process.ts';
import type { SdkCommand } from './sdk/messages.ts';

const absent = providerError(
  'unavailable',
  `there is no SDK of Bitwarden's here: it is left out of this image, or has no build for this machine (${platform()} on ${arch()}; it needs Linux on x64 with glibc)`,
);

const undecryptable: Readonly<Record<SdkCommand['kind'], ProviderError>> = {
  login: providerError(
    'unauthenticated',
    "the machine account's access token has another key than the one that Bitwarden has its organization key encrypted with: is it copied whole?",
  ),
  sync: providerError(
    'invalid',
    "a secret does not decrypt with the organization's key: is organizationID the machine account's own?",
  ),
  read: providerError('invalid', "the secret does not decrypt with the organization's key"),
};

/** What a failure means that is the SDK's own: its requests, if it made any, were all answered. */
export const failureSentence = (failure: CommandFailure, kind: SdkCommand['kind']): ProviderError => {
  switch (failure) {
    case 'absent':
      return absent;
    case 'token':
      return providerError(
        'invalid',
        'the credential is no access token of a machine account (0.<id>.<secret>:<key>)',
      );
    case 'crypto':
      return undecryptable[kind];
    case 'failed':
      return providerError('unavailable', "the answer is not one of Bitwarden's");
    case 'ended':
      return providerError('unavailable', "the process of Bitwarden's SDK ended; it is started again");
    case 'late':
      return providerError('timeout', "Bitwarden's SDK did not answer; its process is started again");
  }
};
