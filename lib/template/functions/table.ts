import type { TemplateFunction } from '../value.ts';
import { certificatesGroup } from './certificates/group.ts';
import { cryptoGroup } from './crypto/group.ts';
import { dateGroup } from './date/group.ts';
import { pemGroup } from './pem/group.ts';
import { pkcs12Group } from './pkcs12/group.ts';
import { regexGroup } from './regex/group.ts';
import { semverGroup } from './semver/group.ts';
import { sprigGroup } from './sprig/group.ts';
import { urlGroup } from './url/group.ts';
import { yamlGroup } from './yaml/group.ts';

/** Functions that are loaded together, only where a template calls one of them. */
export interface FunctionGroup {
  readonly load: () => Promise<{ readonly functions: readonly TemplateFunction[] }>;
  readonly names: readonly string[];
  /** Those of `names` whose result may differ from call to call. */
  readonly unstable?: readonly string[];
  /** What reading costs of a template's bounds, for each byte of a text; groups without it count what they read themselves. */
  readonly byteCost?: number;
}

const paying = (called: TemplateFunction, byteCost: number): TemplateFunction => ({
  ...called,
  call: (values, context) => {
    context.spend(
      values.reduce((sum, value) => sum + (value.kind === 'string' ? value.value.length : 0), 1) * byteCost,
    );
    return called.call(values, context);
  },
});

/** All functions beside the language's own (`../exec/builtins.ts`). Templates can be parsed and checked by these names alone. */
export const functionGroups: readonly FunctionGroup[] = [
  sprigGroup,
  certificatesGroup,
  cryptoGroup,
  dateGroup,
  pemGroup,
  pkcs12Group,
  regexGroup,
  semverGroup,
  urlGroup,
  yamlGroup,
];

const groupsByName: ReadonlyMap<string, FunctionGroup> = new Map(
  functionGroups.flatMap((group) => group.names.map((name) => [name, group] as const)),
);

/** Names of all functions that `loadFunctions` can load. */
export const functionNames: ReadonlySet<string> = new Set(groupsByName.keys());

/** Functions whose result may differ from call to call: what they make is kept until an input of its template changes. */
export const unstableFunctions: ReadonlySet<string> = new Set(
  functionGroups.flatMap(({ unstable = [] }) => unstable),
);

/** Loads the groups that hold `names`; names that no group has are left out. The map may hold more functions than were asked for. */
export const loadFunctions = async (
  names: Iterable<string>,
): Promise<ReadonlyMap<string, TemplateFunction>> => {
  const groups = new Set<FunctionGroup>();
  for (const name of names) {
    const group = groupsByName.get(name);
    if (group !== undefined) groups.add(group);
  }
  const loaded = await Promise.all(
    [...groups].map(async ({ load, byteCost }) => {
      const { functions } = await load();
      return byteCost === undefined ? functions : functions.map((entry) => paying(entry, byteCost));
    }),
  );
  return new Map(loaded.flat().map((entry) => [entry.name, entry] as const));
};
