import type { PlanFind } from '../../lib/plan.ts';
import type { Store } from '../../lib/stores/store.ts';
import { quoted } from '../../lib/text.ts';

const noTags = (find: PlanFind, reason: string): readonly string[] =>
  find.tags === undefined ? [] : [`tags cannot be looked for: ${reason}`];

/** What of a `find` the provider of its store does not have, or could never look for; to be read after `<place>.`. */
export const findProblems = (find: PlanFind, { name, provider }: Store): readonly string[] => {
  switch (provider.type) {
    case 'vault':
      return [
        ...(provider.kvVersion === 'v1'
          ? noTags(find, `store ${quoted(name)} is of Vault's KV v1, which keeps no metadata`)
          : []),
        ...(provider.path === '' && find.path === undefined
          ? [
              `path is missing: store ${quoted(name)} names no mount (spec.provider.vault.path) to look through`,
            ]
          : []),
      ];
    case 'aws':
      return [];
    case 'bitwardensecretsmanager':
      return noTags(find, `store ${quoted(name)} is of Bitwarden, whose secrets have none`);
    case 'file':
      return noTags(find, `store ${quoted(name)} is of provider file, whose secrets have none`);
  }
};
