// view-links.tsx: the saved views in the sidebar and in the drawer of a narrow screen.
import { Bookmark } from 'lucide-react'
import { Link } from 'wouter'
import { savedViews } from '../../api.ts'
import { useAnswer } from '../../lib/answers.ts'
import { oneLine } from '../../lib/safe-text.ts'
import { useViewPath } from '../save-view.tsx'

export function ViewLinks({ onVisit }: { onVisit?: () => void }) {
  const views = useAnswer(savedViews()).data?.views
  const here = useViewPath()
  if (!views || views.length === 0) return null
  return (
    <section aria-label="Saved views" data-testid="views" className="pt-4">
      <h2 className="px-2 pb-1 text-12 text-muted">Views</h2>
      <ul className="flex flex-col gap-px">
        {views.map((view) => (
          <li key={view.id}>
            <Link
              href={view.path}
              data-testid={`view-${view.id}`}
              title={view.path}
              aria-current={view.path === here ? 'page' : undefined}
              onClick={onVisit}
              className="flex h-7 items-center gap-2 rounded-control px-2 text-13 text-muted focus-ring hover:bg-hover hover:text-foreground aria-[current]:bg-hover aria-[current]:font-semibold aria-[current]:text-foreground coarse:h-11"
            >
              <Bookmark aria-hidden className="size-4 shrink-0" />
              <span className="truncate">
                <bdi>{oneLine(view.name, 120)}</bdi>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
