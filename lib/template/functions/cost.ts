/**
 * What slow functions cost of a template's bounds, which are counted in bytes made (`TemplateLimits.workBytes`, 32 MiB): about 16 KiB
 * for each millisecond that a function takes on a small machine, so that no template holds the agent for more than some two seconds.
 */
const millisecond = 16 * 1024;

export const cost = {
  /** The time of a search that was measured. */
  milliseconds: (elapsed: number): number => Math.ceil(elapsed * millisecond),
  /** One signature, decryption or certificate read. */
  keyOperation: 2 * millisecond,
  bcrypt: 150 * millisecond,
  scrypt: 160 * millisecond,
  /** RSA keys of 2048 and 4096 bits, and a DSA key with its parameters. */
  rsa2048: 250 * millisecond,
  rsa4096: 1000 * millisecond,
  dsa: 1000 * millisecond,
  ellipticKey: millisecond,
  /** A thousand rounds of a function that makes a key of a password. */
  thousandIterations: 4 * millisecond,
} as const;
