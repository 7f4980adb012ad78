// The parts that the judges use of packages without types of their own (marked 0.3: the published ones describe later versions).

declare module 'marked' {
  function marked(text: string, options: Record<string, unknown>): string;
  namespace marked {
    const Renderer: new () => object;
    const InlineLexer: { rules: { gfm: Record<string, unknown> } };
  }
  export default marked;
}

declare module 'bidi-js' {
  interface EmbeddingLevels {
    levels: Uint8Array;
  }
  interface Bidi {
    getEmbeddingLevels(text: string, direction: 'ltr' | 'rtl' | 'auto'): EmbeddingLevels;
    getReorderedIndices(text: string, levels: EmbeddingLevels): number[];
  }
  export default function bidiFactory(): Bidi;
}
