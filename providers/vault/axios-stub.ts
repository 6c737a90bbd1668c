/**
 * Stands in for axios in the bundle: node-vault requires it at load, and calls it only where nobody brings a transport.
 * Ours is always brought (client.ts), so what would be 2 MB of code is two lines.
 */
export const create = (): never => {
  throw new Error('node-vault was opened without a transport');
};
