// kbd.tsx: keys to press: `g s`, `mod+k`.
import { cx } from './cx.ts'

const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)
const names: Record<string, string> = {
  mod: mac ? '⌘' : 'Ctrl',
  enter: '↵',
  esc: 'Esc',
  left: '←',
  right: '→',
  up: '↑',
  down: '↓',
  space: 'Space',
}

function spelled(key: string): string {
  const held = key.split('+').map((part) => names[part] ?? part)
  return held.map((part) => (part.length === 1 && held.length > 1 ? part.toUpperCase() : part)).join(mac ? '' : '+')
}

export function Kbd({ keys, className }: { keys: string; className?: string }) {
  return (
    <span data-slot="kbd" className={cx('inline-flex items-center gap-1', className)}>
      {keys
        .split('|')[0]
        ?.split(' ')
        .map((key) => (
          <kbd
            key={key}
            className="inline-flex h-4 min-w-4 items-center justify-center rounded-[3px] bg-hover px-1 text-11 text-muted hairline"
          >
            {spelled(key)}
          </kbd>
        ))}
    </span>
  )
}
