// key-map.tsx: what every key does here and now.
import { useShortcuts } from '../../lib/keys.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'

export function KeyMap({ open, onClose }: { open: boolean; onClose(): void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keys">
      <Keys />
    </Dialog>
  )
}

function Keys() {
  const shortcuts = useShortcuts()
  const known = new Map(shortcuts.map((shortcut) => [`${shortcut.group} ${shortcut.keys}`, shortcut]))
  const groups = Map.groupBy(known.values(), ({ group }) => group)
  return (
    <div data-testid="key-map" className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
      {[...groups].map(([group, list]) => (
        <section key={group}>
          <h3 className="pb-1 text-12 text-muted">{group}</h3>
          <dl className="text-13">
            {list.map((shortcut) => (
              <div key={shortcut.keys} className="flex h-7 items-center justify-between gap-4 hairline-b">
                <dt>{shortcut.label}</dt>
                <dd className="flex gap-2">
                  {shortcut.keys.split('|').map((keys) => (
                    <Kbd key={keys} keys={keys} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
