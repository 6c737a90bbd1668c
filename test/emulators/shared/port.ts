/** Reads a port of the command line, undefined where there is none. Throws on what is no port. */
export function readPort(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) throw new Error(`${name} must be a port, not ${text}`);
  return number;
}
