// shell.tsx: the frame around every screen.
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useKeys } from '../../lib/keys.ts'
import { useUrl } from '../../lib/url-state.ts'
import { AlertStrip } from './alert-strip.tsx'
import { BottomBar } from './bottom-bar.tsx'
import { ImportStrip } from './import-strip.tsx'
import { KeyMap } from './key-map.tsx'
import { OfflineStrip } from './offline-strip.tsx'
import { places } from './places.ts'
import { Sidebar } from './sidebar.tsx'
import { TokenDialog } from './token-dialog.tsx'

const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))

export function Shell({ children }: { children: ReactNode }) {
  const { visit } = useUrl()
  const [palette, setPalette] = useState<'never' | 'open' | 'closed'>('never')
  const [keyMap, setKeyMap] = useState(false)
  useKeys([
    ...places.map((place) => ({
      keys: place.keys,
      label: `Go to ${place.label}`,
      group: 'Go to',
      run: () => visit(place.path),
    })),
    {
      keys: 'mod+k',
      label: 'Command palette',
      group: 'Everywhere',
      inFields: true,
      run: () => setPalette(palette === 'open' ? 'closed' : 'open'),
    },
    { keys: '?', label: 'All keys', group: 'Everywhere', run: () => setKeyMap(true) },
  ])
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only z-50 rounded-control bg-raised px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <div className="flex min-h-0 flex-1">
        <Sidebar />
        <div className="flex min-w-0 flex-1 flex-col">
          <OfflineStrip />
          <ImportStrip />
          <AlertStrip />
          <div className="min-h-0 flex-1">{children}</div>
        </div>
      </div>
      <BottomBar />
      <KeyMap open={keyMap} onClose={() => setKeyMap(false)} />
      <TokenDialog />
      {palette !== 'never' && (
        <Suspense>
          <Palette open={palette === 'open'} onClose={() => setPalette('closed')} onKeyMap={() => setKeyMap(true)} />
        </Suspense>
      )}
    </div>
  )
}
