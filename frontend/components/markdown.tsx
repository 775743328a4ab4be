// markdown.tsx: what a model wrote, as it meant it to look. Hostile text: no HTML, no images, links to the web and mail only.
import { memo } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { safeHref, visible } from '../lib/safe-text.ts'
import { Code } from './code.tsx'

const plugins = [remarkGfm]

const components: Components = {
  a({ href, children }) {
    const safe = safeHref(href)
    return safe ? (
      <a
        href={safe}
        target="_blank"
        rel="noopener noreferrer nofollow"
        title={safe}
        className="text-accent underline focus-ring"
      >
        {children}
      </a>
    ) : (
      <span title="this link was left out">{children}</span>
    )
  },
  // Nothing is fetched because a text says so.
  img: ({ alt }) => <span className="text-muted">[image{alt ? `: ${alt}` : ''}]</span>,
  pre: ({ children }) => children,
  code({ className, children }) {
    const text = String(children ?? '')
    const language = /language-([\w+#-]+)/.exec(className ?? '')?.[1]
    // A block ends with a line break or has a language; what stands in a line has neither.
    if (!language && !text.endsWith('\n')) return <code className="rounded-[3px] bg-hover px-1 text-12">{text}</code>
    return <Code text={text.replace(/\n$/, '')} language={language} className="my-2" />
  },
  p: ({ children }) => <p className="my-2 first:mt-0 last:mb-0">{children}</p>,
  ul: ({ children }) => <ul className="my-2 list-disc pl-5">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="my-2 list-decimal pl-5">
      {children}
    </ol>
  ),
  h1: ({ children }) => <p className="mt-3 mb-2 text-15 font-semibold">{children}</p>,
  h2: ({ children }) => <p className="mt-3 mb-2 text-15 font-semibold">{children}</p>,
  h3: ({ children }) => <p className="mt-3 mb-1 font-semibold">{children}</p>,
  h4: ({ children }) => <p className="mt-2 mb-1 font-semibold">{children}</p>,
  h5: ({ children }) => <p className="mt-2 mb-1 font-semibold">{children}</p>,
  h6: ({ children }) => <p className="mt-2 mb-1 font-semibold">{children}</p>,
  blockquote: ({ children }) => (
    <blockquote className="my-2 border-l-2 border-line pl-3 text-muted">{children}</blockquote>
  ),
  hr: () => <hr className="my-3 border-border" />,
  table: ({ children }) => (
    <div className="my-2 overflow-x-auto">
      <table className="border-collapse text-12 [&_td]:border [&_td]:border-border [&_td]:px-2 [&_td]:py-1 [&_th]:border [&_th]:border-border [&_th]:px-2 [&_th]:py-1 [&_th]:text-left">
        {children}
      </table>
    </div>
  ),
  input: ({ checked }) => (
    <input type="checkbox" checked={checked === true} readOnly disabled className="mr-1 align-middle" />
  ),
}

/** Longer than this is shown as text: parsing a megabyte of markdown would hold the page up. */
const markdownCharactersMax = 60_000

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  if (text.length > markdownCharactersMax) return <div className="break-words whitespace-pre-wrap">{visible(text)}</div>
  return (
    <div className="min-w-0 break-words" dir="auto">
      <ReactMarkdown
        remarkPlugins={plugins}
        components={components}
        skipHtml={false}
        urlTransform={(url) => safeHref(url) ?? ''}
      >
        {visible(text)}
      </ReactMarkdown>
    </div>
  )
})
