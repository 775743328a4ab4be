// token-kinds.tsx: what the tokens were: input, cache, output, as one bar and its parts.
import { hueColor, tokenKinds } from '../lib/colors.ts'
import { count, exact, ratio } from '../lib/format.ts'
import type { UsageNumbers } from '../lib/shapes.ts'

export function TokenKinds({ usage }: { usage: UsageNumbers }) {
  const total = usage.totalTokens || 1
  return (
    <div className="px-3 pb-3">
      <div aria-hidden className="flex h-2 gap-0.5 overflow-hidden rounded-bar">
        {tokenKinds.map(({ key, hue }) => (
          <span key={key} style={{ width: `${(usage[key] / total) * 100}%`, background: hueColor(hue) }} />
        ))}
      </div>
      <table className="mt-2 w-full text-12">
        <caption className="sr-only">Tokens by kind</caption>
        <tbody>
          {tokenKinds.map(({ key, label, hue }) => (
            <tr key={key} className="h-7 hairline-b last:border-0">
              <th scope="row" className="text-left font-normal">
                <span className="flex items-center gap-2">
                  <span aria-hidden className="size-2 rounded-full" style={{ background: hueColor(hue) }} />
                  {label}
                  {key === 'outputTokens' && usage.reasoningTokens > 0 && (
                    <span className="text-muted">
                      {ratio(usage.reasoningTokens / Math.max(1, usage.outputTokens))} reasoning
                    </span>
                  )}
                </span>
              </th>
              <td className="text-right" title={exact(usage[key])}>
                {count(usage[key])}
              </td>
              <td className="w-14 text-right text-muted">{ratio(usage[key] / total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
