const factors: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ...['k', 'M', 'G', 'T'].map((unit, index): [string, number] => [unit, 1000 ** (index + 1)]),
  ...['Ki', 'Mi', 'Gi', 'Ti'].map((unit, index): [string, number] => [unit, 1024 ** (index + 1)]),
]);

/** A quantity of bytes, rounded up; undefined where it is none. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export const parseBytes = (quantity: string): number | undefined => {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([kMGT]i?|Ki|)$/.exec(quantity) ?? [];
  const factor = factors.get(unit ?? '');
  return digits === undefined || factor === undefined ? undefined : Math.ceil(Number(digits) * factor);
};
