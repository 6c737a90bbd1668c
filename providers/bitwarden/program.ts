import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The program that has the SDK: beside the bundle (scripts/build.mjs), else as it is written. */
const places = ['./bitwarden-sdk.mjs', './sdk/main.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

export const sdkProgram = (): string | undefined => places.find((path) => existsSync(path));
