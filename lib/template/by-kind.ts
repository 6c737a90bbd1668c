/** What to do with each kind of a union; a kind that is left out does not compile. */
export type Handlers<Union extends { readonly kind: string }, Outcome> = {
  readonly [Kind in Union['kind']]: (value: Extract<Union, { readonly kind: Kind }>) => Outcome;
};

/** Hands a value to the handler of its kind. */
export const byKind = <Union extends { readonly kind: string }, Outcome>(
  value: Union,
  handlers: Handlers<Union, Outcome>,
): Outcome => {
  const handler = handlers[value.kind as Union['kind']] as (value: Union) => Outcome;
  return handler(value);
};
