/** Who logs in at a store: a pod, or whom the broker has a token of. */
export interface Identity {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Of the ServiceAccount; undefined where it is not known. */
  readonly annotations?: Readonly<Record<string, string>>;
}
