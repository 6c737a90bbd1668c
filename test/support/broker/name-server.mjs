import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded before the broker (`--import`): stands in for a name server that an attacker has a zone at. What they own leads to the metadata
 * address, alone or beside an honest one; all other names are the system's to resolve.
 */
const zone = new Map([
  ['metadata.attacker.test', ['169.254.169.254']],
  ['mixed.attacker.test', ['127.0.0.1', '169.254.169.254']],
]);

const system = dns.lookup;
dns.lookup = (hostname, options, callback) => {
  const addresses = zone.get(hostname);
  if (addresses === undefined) return system(hostname, options, callback);
  return setImmediate(
    callback,
    null,
    addresses.map((address) => ({ address, family: 4 })),
  );
};
syncBuiltinESMExports();
