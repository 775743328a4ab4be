// copy-button.tsx: takes a text along, and says so.
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button.tsx'
import { copyText } from './copy.ts'

type CopyButtonProps = {
  text: string | (() => string)
  label?: string
  showLabel?: boolean
  className?: string
  testId?: string
}

export function CopyButton({ text, label = 'Copy', showLabel, className, testId }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  async function copy() {
    if (!(await copyText(typeof text === 'function' ? text() : text))) return
    setCopied(true)
    setTimeout(() => setCopied(false), 1_500)
  }
  const Icon = copied ? Check : Copy
  return (
    <Button
      look="quiet"
      size={showLabel ? 'small' : 'icon'}
      aria-label={copied ? 'Copied' : label}
      title={label}
      data-testid={testId}
      onClick={copy}
      className={className}
    >
      <Icon aria-hidden className={copied ? 'size-3.5 text-ok' : 'size-3.5'} />
      {showLabel && (copied ? 'Copied' : label)}
    </Button>
  )
}
