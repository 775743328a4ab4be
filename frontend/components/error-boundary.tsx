// error-boundary.tsx: a screen that breaks leaves the others alone.
import { Component, type ReactNode } from 'react'
import { ErrorState } from './error-state.tsx'

type State = { error: Error | undefined; path: string }

/** A class, since React offers this in no other form. Going to another screen starts anew. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined, path: location.pathname }

  static getDerivedStateFromError(thrown: unknown): Partial<State> {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)), path: location.pathname }
  }

  static getDerivedStateFromProps(_: unknown, state: State): Partial<State> | null {
    return state.error && state.path !== location.pathname ? { error: undefined, path: location.pathname } : null
  }

  override render() {
    if (!this.state.error) return this.props.children
    return (
      <main id="main">
        <ErrorState
          what="This screen could not be shown."
          error={this.state.error}
          retry={() => this.setState({ error: undefined })}
        />
      </main>
    )
  }
}
