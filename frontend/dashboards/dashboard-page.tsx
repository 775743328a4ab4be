// dashboard-page.tsx: one dashboard: looked at, arranged, given away.
import { ChevronDown, Copy, Download, Ellipsis, LayoutGrid, Pencil, Plus, Star, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useParams } from 'wouter'
import { dashboard as dashboardQuestion, dashboards, defaultDashboard } from '../api.ts'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { useKeys } from '../lib/keys.ts'
import { visible } from '../lib/safe-text.ts'
import type { Dashboard, Widget } from '../lib/shapes.ts'
import { useUrl } from '../lib/url-state.ts'
import { useNarrow } from '../lib/use-narrow.ts'
import { useView } from '../lib/use-window.ts'
import { ApiError } from '../request.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { saveFile } from '../ui/copy.ts'
import { Menu } from '../ui/menu.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { addWidget, changeDashboard, duplicate, makeDefault, removeDashboard, removeWidget } from './changes.ts'
import { NameDialog, SureDialog } from './dashboard-dialogs.tsx'
import { dashboardFile, fileName } from './file.ts'
import { Grid } from './grid.tsx'
import { freePlace, inReadingOrder, type Placed, restacked, type Step, stepped } from './layout.ts'
import { usePlaces } from './use-places.ts'
import { AddWidget, EditWidget } from './widget-dialog.tsx'
import { WidgetFrame } from './widget-frame.tsx'
import { WidgetView } from './widget-view.tsx'

export function DashboardPage() {
  const { id = '' } = useParams<{ id: string }>()
  const answer = useAnswer(id === 'default' ? defaultDashboard() : dashboardQuestion(id))
  const found = answer.data && (id === 'default' || answer.data.id === id) ? answer.data : undefined
  const gone = answer.error instanceof ApiError && answer.error.status === 404
  if (found && !gone) return <Open key={found.id} dashboard={found} retry={answer.retry} />
  return (
    <Screen title="Dashboard" testId="dashboard">
      {gone ? (
        <EmptyState title="There is no such dashboard">
          <p>It may have been deleted. The list of dashboards shows those there are.</p>
        </EmptyState>
      ) : answer.error ? (
        <ErrorState what="The dashboard could not be read." error={answer.error} retry={answer.retry} />
      ) : (
        <div className="grid grid-cols-2 gap-3 p-4 md:grid-cols-6">
          {Array.from({ length: 6 }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: places that only wait.
            <Skeleton key={index} className="h-22" />
          ))}
          <Skeleton className="col-span-2 h-72 md:col-span-6" />
        </div>
      )}
    </Screen>
  )
}

function Open({ dashboard, retry }: { dashboard: Dashboard; retry(): void }) {
  const view = useView()
  const narrow = useNarrow()
  const { visit, get, adjust } = useUrl()
  // On a phone widgets stand one under the other and are moved by their menus.
  const arranging = get('arrange') === '1' && !narrow
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<Widget>()
  const [asking, setAsking] = useState<'name' | 'delete'>()
  const [failure, setFailure] = useState<string>()
  const [said, setSaid] = useState('')
  const { id, name, widgets = [] } = dashboard
  const { places, place } = usePlaces(dashboard, widgets, setFailure)
  useKeys([
    { keys: 'a', label: 'Add a widget', group: 'Dashboard', run: () => setAdding(true) },
    {
      keys: 'r',
      label: 'Arrange widgets, or be done',
      group: 'Dashboard',
      run: () => adjust({ arrange: arranging ? undefined : '1' }),
    },
  ])

  /** Does something on the server; what fails is told, and the dashboard is read again as it is. */
  function attempt(work: () => Promise<unknown>) {
    setFailure(undefined)
    work().catch((thrown: unknown) => {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
      retry()
    })
  }
  function step(widget: Widget, by: Step) {
    const next = narrow && by.row ? restacked(places, widget.id, by.row > 0 ? 1 : -1) : stepped(places, widget.id, by)
    place(next)
    const at = next.find((one) => one.id === widget.id)
    if (at && narrow) setSaid(`${widget.title}: ${inReadingOrder(next).indexOf(at) + 1} of ${next.length}`)
    else if (at)
      setSaid(
        `${widget.title}: column ${at.gridColumn + 1}, row ${at.gridRow + 1}, ${at.colSpan} wide, ${at.rowSpan} high`,
      )
  }

  return (
    <Screen
      title={<Switcher dashboard={dashboard} />}
      name={name}
      testId="dashboard"
      actions={
        <>
          {arranging && (
            <Button look="solid" onClick={() => adjust({ arrange: undefined })} data-testid="arrange-done">
              Done
            </Button>
          )}
          <Button onClick={() => setAdding(true)} data-testid="add-widget" aria-label="Add a widget">
            <Plus aria-hidden className="size-3.5" />
            <span className="hidden lg:inline">Add</span>
          </Button>
          <Menu
            align="end"
            trigger={
              <IconButton label="Menu of this dashboard" data-testid="dashboard-menu">
                <Ellipsis aria-hidden className="size-4" />
              </IconButton>
            }
            items={[
              {
                label: arranging ? 'Done arranging' : 'Arrange widgets',
                run: () => adjust({ arrange: arranging ? undefined : '1' }),
                icon: <LayoutGrid className="size-3.5" />,
                key: 'r',
                disabled: narrow,
              },
              { label: 'Rename', run: () => setAsking('name'), icon: <Pencil className="size-3.5" /> },
              {
                label: 'Duplicate',
                run: () => attempt(async () => visit(`/dashboards/${(await duplicate(dashboard)).id}`)),
                icon: <Copy className="size-3.5" />,
              },
              {
                label: dashboard.isDefault ? 'This is the default' : 'Make it the default',
                run: () => attempt(() => makeDefault(id)),
                icon: <Star className="size-3.5" />,
                disabled: dashboard.isDefault,
              },
              {
                label: 'Export as JSON',
                run: () =>
                  saveFile(
                    fileName(name),
                    dashboardFile({ ...dashboard, widgets: withPlaces(widgets, places) }),
                    'application/json',
                  ),
                icon: <Download className="size-3.5" />,
              },
              'separator',
              { label: 'Delete', run: () => setAsking('delete'), icon: <Trash2 className="size-3.5" /> },
            ]}
          />
        </>
      }
    >
      <div className="p-4">
        {failure && (
          <p
            role="alert"
            data-testid="dashboard-failure"
            className="mb-3 rounded-panel bg-surface px-3 py-2 text-error hairline"
          >
            {failure}
          </p>
        )}
        {arranging && (
          <p id="arrange-help" className="pb-3 text-12 text-muted">
            Drag a title to move a widget and its corner to resize it; or focus its handle and press the arrows, with
            Shift to resize.
          </p>
        )}
        {widgets.length === 0 ? (
          <EmptyState
            title="Nothing stands here yet"
            actions={
              <Button look="solid" onClick={() => setAdding(true)}>
                Add a widget
              </Button>
            }
          >
            <p>Numbers, charts, lists and notes, live and in the time range above.</p>
          </EmptyState>
        ) : (
          <Grid widgets={widgets} places={places} arranging={arranging} narrow={narrow} onPlace={place}>
            {(widget) => (
              <WidgetFrame
                widget={widget}
                arranging={arranging}
                narrow={narrow}
                onStep={(by) => step(widget, by)}
                onEdit={() => setEditing(widget)}
                onDuplicate={() =>
                  attempt(() => {
                    const { id: _, ...free } = freePlace(places, widget)
                    const { widgetType, title, config } = widget
                    return addWidget(id, {
                      widgetType,
                      title,
                      config,
                      ...free,
                    })
                  })
                }
                onRemove={() => attempt(() => removeWidget(id, widget.id))}
              >
                <WidgetView widget={widget} view={view} />
              </WidgetFrame>
            )}
          </Grid>
        )}
      </div>
      <p aria-live="polite" className="sr-only">
        {said}
      </p>
      <AddWidget dashboard={id} widgets={withPlaces(widgets, places)} open={adding} onClose={() => setAdding(false)} />
      <EditWidget dashboard={id} widget={editing} onClose={() => setEditing(undefined)} />
      <NameDialog
        open={asking === 'name'}
        title="Rename"
        submit="Rename"
        name={name}
        description={dashboard.description}
        onClose={() => setAsking(undefined)}
        onSubmit={async (next, description) => {
          await changeDashboard(id, { name: next, description })
          setAsking(undefined)
        }}
      />
      <SureDialog
        open={asking === 'delete'}
        title={`Delete ${visible(name)}?`}
        text={`Its ${widgets.length} ${widgets.length === 1 ? 'widget goes' : 'widgets go'} with it. What they show stays.`}
        onClose={() => setAsking(undefined)}
        onSure={() =>
          attempt(async () => {
            await removeDashboard(id)
            visit('/dashboards')
          })
        }
      />
    </Screen>
  )
}

/** The name, and all dashboards to go to. */
function Switcher({ dashboard }: { dashboard: Dashboard }) {
  const { visit } = useUrl()
  const all = useAnswer(dashboards())
  return (
    <h1 className="min-w-0">
      <Menu
        trigger={
          <button
            type="button"
            data-testid="dashboard-switcher"
            className="flex max-w-full items-center gap-2 rounded-control text-20 font-semibold focus-ring"
          >
            <span className="truncate">
              <bdi>{visible(dashboard.name)}</bdi>
            </span>
            <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
          </button>
        }
        items={[
          ...(all.data?.dashboards ?? []).map((one) => ({
            id: one.id,
            label: visible(one.name),
            run: () => visit(`/dashboards/${one.id}`),
            checked: one.id === dashboard.id,
          })),
          'separator' as const,
          { label: 'All dashboards', run: () => visit('/dashboards'), icon: <LayoutGrid className="size-3.5" /> },
        ]}
      />
    </h1>
  )
}

function withPlaces(widgets: readonly Widget[], places: readonly Placed[]): Widget[] {
  return widgets.map((widget) => ({ ...widget, ...places.find(({ id }) => id === widget.id) }))
}
