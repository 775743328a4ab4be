// bottom-bar.tsx: the way around on a narrow screen: four screens at the foot, the others in a drawer.
import { Menu as MenuIcon } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useUrl } from '../../lib/url-state.ts'
import { cx } from '../../ui/cx.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ConnectionBadge } from '../connection-badge.tsx'
import { holds, places } from './places.ts'
import { ThemeMenu } from './sidebar.tsx'
import { ViewLinks } from './view-links.tsx'

export function BottomBar() {
  const { path, link } = useUrl()
  const [open, setOpen] = useState(false)
  const first = places.filter((place) => place.first)
  const elsewhere = !first.some((place) => holds(place, path))
  const item =
    'flex h-14 flex-1 flex-col items-center justify-center gap-1 text-11 text-muted focus-ring-inset aria-[current]:font-semibold aria-[current]:text-foreground'
  return (
    <nav aria-label="Screens" className="shrink-0 bg-surface pb-[env(safe-area-inset-bottom)] hairline-t md:hidden">
      <ul className="flex">
        {first.map((place) => (
          <li key={place.id} className="flex flex-1">
            <Link
              href={link(place.path)}
              data-testid={`tab-${place.id}`}
              aria-current={holds(place, path) ? 'page' : undefined}
              className={cx('group', item)}
            >
              <place.icon aria-hidden className="size-5 group-aria-[current]:text-accent" />
              {place.label}
            </Link>
          </li>
        ))}
        <li className="flex flex-1">
          <button
            type="button"
            data-testid="tab-more"
            aria-current={elsewhere ? 'page' : undefined}
            aria-expanded={open}
            onClick={() => setOpen(true)}
            className={item}
          >
            <MenuIcon aria-hidden className="size-5" />
            More
          </button>
        </li>
      </ul>
      <Dialog open={open} onClose={() => setOpen(false)} title="Telltale" side="bottom">
        <ul className="grid grid-cols-2 gap-1">
          {places.map((place) => (
            <li key={place.id}>
              <Link
                href={link(place.path)}
                data-testid={`drawer-${place.id}`}
                aria-current={holds(place, path) ? 'page' : undefined}
                onClick={() => setOpen(false)}
                className="flex h-11 items-center gap-3 rounded-control px-3 text-15 focus-ring hover:bg-hover aria-[current]:bg-hover aria-[current]:font-semibold"
              >
                <place.icon aria-hidden className="size-4 text-muted" />
                {place.label}
              </Link>
            </li>
          ))}
        </ul>
        <ViewLinks onVisit={() => setOpen(false)} />
        <div className="mt-3 flex items-center gap-2 pt-3 hairline-t">
          <div className="flex-1">
            <ConnectionBadge />
          </div>
          <ThemeMenu />
        </div>
      </Dialog>
    </nav>
  )
}
