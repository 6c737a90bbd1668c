/** Columns of text; the same for every terminal, so that the same manifests give the same bytes. */
const width = 100;

/**
 * Breaks a text at spaces into lines that begin with `indent`, those after the first with two spaces more. What has no space, such as an
 * ARN, keeps its length.
 */
export const wrap = (text: string, indent: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const margin = lines.length === 0 ? indent : indent + 2;
    if (line !== '' && margin + line.length + 1 + word.length > width) {
      lines.push(' '.repeat(margin) + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  const margin = lines.length === 0 ? indent : indent + 2;
  return [...lines, ' '.repeat(margin) + line];
};
