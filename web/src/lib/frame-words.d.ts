/** For each language, what loads the words that every screen within the frame needs. */
declare module 'virtual:frame-words' {
  const words: Record<string, (() => Promise<Record<string, Record<string, unknown>>>) | undefined>
  export default words
}
