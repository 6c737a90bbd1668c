/** A time as .NET writes it: without zeros at the end of the fraction. */
export const writeDate = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.?0*Z$/, 'Z');
