/** A backend of the demo, with one secret that rotates. */
export interface Upstream extends AsyncDisposable {
  /** For people: `Vault`. */
  readonly title: string;
  /** Its word in a store's `spec.provider`. */
  readonly provider: string;
  /** Where it is, for people. */
  readonly url: string;
  /** What is in it, after "with". */
  readonly holds: string;
  /** What happens to its secret, after "upstream". */
  readonly rotates: string;
  /** The fields of a store that say where it is and whom to trust. */
  readonly address: object;
  readonly rotate: (secret: string) => Promise<void>;
}
