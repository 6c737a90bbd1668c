import { analyze } from './analyze.ts';
import { writeConstant, writeScalar } from './emit-text.ts';
import type { YamlNode } from './node.ts';
import { Output } from './output.ts';
import { compareKeys } from './sort-keys.ts';

/** Longer keys (bytes of UTF-8) are written after a question mark. */
const longestSimpleKey = 128;

interface Place {
  readonly inMap?: boolean;
  readonly isSimpleKey?: boolean;
}

/** Runs with the indentation of a block inside of the current one. */
const inside = (output: Output, change: 'block' | 'flow' | 'none', write: () => void): void => {
  const { level } = output;
  const step = change === 'none' ? 0 : 2;
  output.level = level < 0 ? (change === 'flow' ? 2 : 0) : level + step;
  write();
  output.level = level;
};

const emitText = (output: Output, text: string, isSimpleKey = false): void => {
  inside(output, 'flow', () => {
    writeScalar(output, text, isSimpleKey);
  });
};

const emitList = (output: Output, items: readonly YamlNode[], { inMap = false }: Place): void => {
  // Lists in maps are not indented, but where they start on a line of their own.
  inside(output, inMap && !output.isIndention ? 'none' : 'block', () => {
    for (const item of items) {
      output.indent();
      output.indicator('-', { needsSpace: true, keepsIndention: true });
      emitNode(output, item, {});
    }
  });
};

const isSimple = (key: string): boolean =>
  !analyze(key).multiline && Buffer.byteLength(key, 'utf8') <= longestSimpleKey;

const emitEntry = (output: Output, key: string, value: YamlNode): void => {
  output.indent();
  if (isSimple(key)) {
    emitText(output, key, true);
    output.indicator(':');
  } else {
    output.indicator('?', { needsSpace: true, keepsIndention: true });
    emitText(output, key);
    output.indent();
    output.indicator(':', { needsSpace: true, keepsIndention: true });
  }
  emitNode(output, value, { inMap: true });
};

const emitMap = (output: Output, entries: ReadonlyMap<string, YamlNode>): void => {
  const sorted = [...entries].sort(([a], [b]) => compareKeys(a, b));
  inside(output, 'block', () => {
    for (const [key, value] of sorted) emitEntry(output, key, value);
  });
};

const emitEmpty = (output: Output, open: string, close: string): void => {
  output.indicator(open, { needsSpace: true, isSpace: true });
  output.indicator(close);
};

const emitNode = (output: Output, node: YamlNode, place: Place): void => {
  switch (node.kind) {
    case 'plain':
      writeConstant(output, node.text);
      break;
    case 'text':
      emitText(output, node.text);
      break;
    case 'list':
      if (node.items.length === 0) emitEmpty(output, '[', ']');
      else emitList(output, node.items, place);
      break;
    case 'map':
      if (node.entries.size === 0) emitEmpty(output, '{', '}');
      else emitMap(output, node.entries);
      break;
  }
};

/** Writes a document as go-yaml 2 does, byte for byte. */
export const emitYaml = (node: YamlNode): string => {
  const output = new Output();
  emitNode(output, node, {});
  output.indent();
  return output.text();
};
