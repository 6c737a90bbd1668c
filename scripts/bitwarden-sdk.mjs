import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts Bitwarden's SDK into a folder of packages for the webhook's image, and its licence into a folder of licences. Nothing where BITWARDEN_SDK is
 * `no`, for images that others get (docs/dependencies.md), and nothing where it has no build for this machine.
 * Usage: node scripts/bitwarden-sdk.mjs dist/node_modules dist/licences
 */
const [packages, licences] = process.argv.slice(2);

const folder = join(import.meta.dirname, '..', 'node_modules', '@bitwarden');
const native = `sdk-napi-${process.platform}-${process.arch}-gnu`;

const refusal = () => {
  if (process.env.BITWARDEN_SDK === 'no') return 'left out, as BITWARDEN_SDK says';
  return existsSync(join(folder, native))
    ? undefined
    : `has no build for ${process.platform} on ${process.arch}`;
};

mkdirSync(packages, { recursive: true });
mkdirSync(licences, { recursive: true });
const refused = refusal();
if (refused === undefined) {
  for (const name of ['sdk-napi', native])
    cpSync(join(folder, name), join(packages, '@bitwarden', name), { recursive: true, dereference: true });
  cpSync(join(folder, native, 'LICENSE'), join(licences, 'LICENCE-of-Bitwarden-SDK'));
}
console.log(`Bitwarden's SDK: ${refused ?? packages}`);
