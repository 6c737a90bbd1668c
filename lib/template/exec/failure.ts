import type { Node } from '../parse/node.ts';
import { nodeText } from '../parse/node-text.ts';
import { quote } from '../quote.ts';
import type { ByteString } from '../value.ts';

/** Why a template cannot be executed; the message is complete. */
export class ExecutionFailure extends Error {
  override readonly name = 'ExecutionFailure';
}

export interface FailurePlace {
  /** Name of the template that was parsed, and its source. */
  readonly sourceName: ByteString;
  readonly source: ByteString;
  /** Name of the template (of those that the source defines) that is executed. */
  readonly executing: ByteString;
  readonly node: Node;
}

/** A node may be a whole block, and a message may quote a constant; errors show the beginning of either. */
const maxShown = 1000;

const shown = (text: ByteString): ByteString =>
  text.length > maxShown ? `${text.slice(0, maxShown)}...` : text;

/** `template: NAME:LINE:COLUMN: executing "NAME" at <NODE>: MESSAGE`; the column counts bytes from 0. */
export const failureAt = (
  { sourceName, source, executing, node }: FailurePlace,
  message: ByteString,
): ExecutionFailure => {
  const before = source.slice(0, node.position);
  const line = before.split('\n').length;
  const column = node.position - (before.lastIndexOf('\n') + 1);
  const place = `${sourceName}:${line}:${column}`;
  return new ExecutionFailure(
    `template: ${place}: executing ${quote(executing)} at <${shown(nodeText(node))}>: ${shown(message)}`,
  );
};
