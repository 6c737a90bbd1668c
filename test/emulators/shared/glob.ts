/** Whether `text` fits `pattern`, in which each `*` stands for any run of characters. */
export function globMatches(pattern: string, text: string): boolean {
  const expression = pattern
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*');
  return new RegExp(`^${expression}$`).test(text);
}
