const isErrorLike = (thrown: unknown): thrown is Error =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;

/**
 * What may be told of something thrown: its class, its code and where it came from. Messages stay untold: they may quote what was
 * being worked on (`JSON.parse` quotes its input).
 */
export const describeThrown = (thrown: unknown): { name: string; code?: string; at: readonly string[] } => {
  if (!isErrorLike(thrown)) return { name: typeof thrown, at: [] };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? { code: thrown.code } : {};
  const trace = (thrown.stack ?? '').replace(thrown.message, '');
  const frames = trace.split('\n').filter((line) => /^\s+at /.test(line));
  return { name: thrown.constructor.name, ...code, at: frames.slice(0, 8).map((line) => line.trim()) };
};
