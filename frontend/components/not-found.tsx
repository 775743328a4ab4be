// not-found.tsx: a path that is no screen.
import { Link } from 'wouter'
import { useUrl } from '../lib/url-state.ts'
import { EmptyState } from './empty-state.tsx'
import { Screen } from './screen.tsx'

export function NotFound() {
  const { path, link } = useUrl()
  return (
    <Screen title="Not found" testId="not-found" ranged={false}>
      <EmptyState title="There is no such screen">
        <p>
          Nothing lives at <code className="break-all text-foreground">{path}</code>.{' '}
          <Link href={link('/')} className="text-accent underline focus-ring">
            Go to the overview
          </Link>
        </p>
      </EmptyState>
    </Screen>
  )
}
