/** What YAML is written from: JSON's values, with integers and floats apart. Texts are Unicode. */
export type YamlNode =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly YamlNode[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, YamlNode> };

export const plainNode = (text: string): YamlNode => ({ kind: 'plain', text });
export const textNode = (text: string): YamlNode => ({ kind: 'text', text });
