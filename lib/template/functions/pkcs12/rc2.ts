import rc2 from 'node-forge/lib/rc2.js';
import util from 'node-forge/lib/util.js';

/** Decrypts RC2 in CBC mode without taking the padding off. OpenSSL has RC2 in its legacy part alone, which Node does not load. */
export const decryptRc2 = (key: Buffer, vector: Buffer, encrypted: Buffer): Buffer => {
  const cipher = rc2.createDecryptionCipher(key.toString('latin1'), key.length * 8);
  cipher.start(vector.toString('latin1'));
  cipher.update(util.createBuffer(encrypted.toString('latin1')));
  cipher.finish(() => true);
  return Buffer.from(cipher.output.getBytes(), 'latin1');
};
