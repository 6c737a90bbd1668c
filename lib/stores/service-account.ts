import type { Fields } from './fields.ts';

/** The ServiceAccount that a store wants to log in as; without a namespace, one of the pod's. */
export interface ServiceAccountName {
  readonly name: string;
  readonly namespace?: string;
}

interface Reference {
  /** `{serviceAccount}` where one is named, to be spread into the auth. */
  readonly serviceAccount: { readonly serviceAccount?: ServiceAccountName };
  readonly audiences: readonly string[];
}

/** Reads a `serviceAccountRef`. Without a name it means the pod's own, whichever that is. */
export const readServiceAccount = (fields: Fields | undefined): Reference => {
  if (fields === undefined) return { serviceAccount: {}, audiences: [] };
  const name = fields.optionalString('name');
  const namespace = fields.optionalString('namespace');
  const audiences = fields.strings('audiences');
  fields.close();
  if (name === undefined) {
    if (namespace !== undefined) fields.reject('namespace', 'stands without a name');
    return { serviceAccount: {}, audiences };
  }
  const named = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { serviceAccount: { serviceAccount: named }, audiences };
};

/** The one audience that a projected token can carry; `expects` names what compares it. */
export const oneAudience = (
  fields: Fields,
  audiences: readonly string[],
  { fallback, expects }: { readonly fallback?: string | undefined; readonly expects: string },
): { audience?: string } => {
  const distinct = [...new Set(audiences)];
  if (distinct.length > 1)
    fields.reject(
      'audiences',
      `names ${distinct.length} audiences; a projected token carries one, so keep the one that ${expects} expects`,
    );
  const audience = distinct[0] ?? fallback;
  return audience === undefined ? {} : { audience };
};
