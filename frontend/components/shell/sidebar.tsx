// sidebar.tsx: brand, screens, connection, appearance; 208 pixels, or 48 when folded.
import { Monitor, Moon, PanelLeft, Sun } from 'lucide-react'
import { Fragment } from 'react'
import { Link } from 'wouter'
import { useUrl } from '../../lib/url-state.ts'
import { type Theme, useSettings } from '../../settings.ts'
import { IconButton } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Kbd } from '../../ui/kbd.tsx'
import { Menu } from '../../ui/menu.tsx'
import { ConnectionBadge } from '../connection-badge.tsx'
import { holds, places } from './places.ts'
import { ViewLinks } from './view-links.tsx'

/** A telltale: the ribbons on a sail's edge that show how the air really flows. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      className={className}
    >
      <path d="M4 2.500v15" />
      <path d="M4 6c4-2.600 6.500 2.600 12.500 0" className="text-accent" stroke="var(--accent)" />
      <path d="M4 11.500c3-2 5 2 8.500 0" stroke="var(--accent)" />
    </svg>
  )
}

export function ThemeMenu() {
  const { theme, set } = useSettings()
  const icons = { system: Monitor, light: Sun, dark: Moon }
  const Icon = icons[theme]
  return (
    <Menu
      side="top"
      trigger={
        <IconButton label={`Theme: ${theme}`} data-testid="theme">
          <Icon aria-hidden className="size-4" />
        </IconButton>
      }
      items={(['light', 'dark', 'system'] as const satisfies Theme[]).map((option) => {
        const Each = icons[option]
        return {
          label: option[0]!.toUpperCase() + option.slice(1),
          icon: <Each className="size-4" />,
          checked: option === theme,
          run: () => set({ theme: option }),
        }
      })}
    />
  )
}

export function Sidebar() {
  const { path, link } = useUrl()
  const { sidebarCollapsed: folded, set } = useSettings()
  return (
    <aside
      aria-label="Sidebar"
      data-testid="sidebar"
      className={cx('hidden h-full shrink-0 flex-col bg-surface hairline-r md:flex', folded ? 'w-12' : 'w-52')}
    >
      <div className={cx('flex h-12 shrink-0 items-center', folded ? 'justify-center' : 'pr-2 pl-4')}>
        {!folded && (
          <Link href={link('/')} className="flex items-center gap-2 rounded-control text-15 font-semibold focus-ring">
            <Mark className="size-5" />
            Telltale
          </Link>
        )}
        <IconButton
          label={folded ? 'Unfold the sidebar' : 'Fold the sidebar'}
          aria-expanded={!folded}
          data-testid="sidebar-fold"
          onClick={() => set({ sidebarCollapsed: !folded })}
          className={folded ? '' : 'ml-auto'}
        >
          {folded ? <Mark className="size-5 text-foreground" /> : <PanelLeft aria-hidden className="size-4" />}
        </IconButton>
      </div>
      <nav aria-label="Screens" className="flex-1 overflow-y-auto px-2 py-1">
        <ul className="flex flex-col gap-px">
          {places.map((place) => (
            <Fragment key={place.id}>
              {place.apart && <li aria-hidden className="h-3" />}
              <li>
                <Link
                  href={link(place.path)}
                  data-testid={`nav-${place.id}`}
                  aria-current={holds(place, path) ? 'page' : undefined}
                  aria-label={place.label}
                  title={folded ? `${place.label} (${place.keys})` : undefined}
                  className={cx(
                    'group flex h-7 items-center gap-2 rounded-control text-13 text-muted focus-ring hover:bg-hover hover:text-foreground aria-[current]:bg-hover aria-[current]:font-semibold aria-[current]:text-foreground',
                    folded ? 'justify-center' : 'px-2',
                  )}
                >
                  <place.icon aria-hidden className="size-4 shrink-0 group-aria-[current]:text-accent" />
                  {!folded && (
                    <>
                      <span className="flex-1 truncate">{place.label}</span>
                      <Kbd
                        keys={place.keys}
                        className="opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
                      />
                    </>
                  )}
                </Link>
              </li>
            </Fragment>
          ))}
        </ul>
        {!folded && <ViewLinks />}
      </nav>
      <div className={cx('flex shrink-0 items-center gap-1 p-2 hairline-t', folded && 'flex-col')}>
        <div className={folded ? '' : 'min-w-0 flex-1'}>
          <ConnectionBadge iconOnly={folded} />
        </div>
        <ThemeMenu />
      </div>
    </aside>
  )
}
