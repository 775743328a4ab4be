// text.d.ts: SQL and Markdown files are imported as their text.
declare module '*.sql' {
  const text: string
  export default text
}
declare module '*.md' {
  const text: string
  export default text
}
