/** What is used of node-forge: RC2 alone. Bytes are strings of characters from 0 to 255. */
declare module 'node-forge/lib/rc2.js' {
  interface ByteBuffer {
    getBytes: () => string;
  }

  interface Cipher {
    readonly output: ByteBuffer;
    start: (vector: string) => void;
    update: (input: ByteBuffer) => void;
    finish: (unpad: () => boolean) => boolean;
  }

  const rc2: { createDecryptionCipher: (key: string, effectiveBits: number) => Cipher };
  export default rc2;
}

declare module 'node-forge/lib/util.js' {
  const util: { createBuffer: (bytes: string) => { getBytes: () => string } };
  export default util;
}
