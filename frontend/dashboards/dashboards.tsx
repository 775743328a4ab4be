// dashboards.tsx: the dashboards there are; new ones are made, copied or taken from a file.
import { Copy, Download, Ellipsis, FileUp, Pencil, Plus, Star, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { Link } from 'wouter'
import { dashboard as dashboardQuestion, dashboards } from '../api.ts'
import { ErrorState } from '../components/error-state.tsx'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { useNow } from '../lib/now.ts'
import { visible } from '../lib/safe-text.ts'
import type { Dashboard } from '../lib/shapes.ts'
import { ago, toMs } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { request } from '../request.ts'
import { useSettings } from '../settings.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { saveFile } from '../ui/copy.ts'
import { Menu } from '../ui/menu.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { changeDashboard, duplicate, makeDashboard, makeDefault, removeDashboard } from './changes.ts'
import { NameDialog, SureDialog } from './dashboard-dialogs.tsx'
import { dashboardFile, fileName, readDashboardFile } from './file.ts'
import { titleFor } from './kinds.ts'
import { templates } from './templates.ts'

const fileBytesMax = 5_000_000

export function Dashboards() {
  const { visit, link } = useUrl()
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(10_000)
  const answer = useAnswer(dashboards())
  const [asking, setAsking] = useState<{ what: 'new' } | { what: 'name' | 'delete'; of: Dashboard }>()
  const [failure, setFailure] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  const close = () => setAsking(undefined)
  const about = asking && 'of' in asking ? asking.of : undefined

  function attempt(work: () => Promise<unknown>) {
    setFailure(undefined)
    work().catch((thrown: unknown) => setFailure(thrown instanceof Error ? thrown.message : String(thrown)))
  }
  const whole = (one: Dashboard) => request<Dashboard>(dashboardQuestion(one.id).key)
  async function take(file: File) {
    if (file.size > fileBytesMax) throw new Error(`${file.name} is larger than 5 MB; that is no dashboard.`)
    const read = readDashboardFile(await file.text(), titleFor)
    if ('wrong' in read) throw new Error(`${file.name}: ${read.wrong}`)
    visit(`/dashboards/${(await makeDashboard(read.dashboard)).id}`)
  }

  return (
    <Screen
      title="Dashboards"
      testId="dashboards"
      ranged={false}
      actions={
        <>
          <input
            ref={field}
            type="file"
            accept=".json,application/json"
            aria-label="Dashboard file"
            data-testid="import-file"
            className="hidden"
            onChange={(event) => {
              const [file] = event.target.files ?? []
              event.target.value = ''
              if (file) attempt(() => take(file))
            }}
          />
          <Button onClick={() => field.current?.click()} data-testid="import">
            <FileUp aria-hidden className="size-3.5" />
            Import
          </Button>
          <Button look="solid" onClick={() => setAsking({ what: 'new' })} data-testid="new-dashboard">
            <Plus aria-hidden className="size-3.5" />
            New
          </Button>
        </>
      }
    >
      {failure && (
        <p role="alert" data-testid="dashboard-failure" className="px-4 py-2 text-error hairline-b">
          {failure}
        </p>
      )}
      {answer.error && !answer.data ? (
        <ErrorState what="The dashboards could not be read." error={answer.error} retry={answer.retry} />
      ) : !answer.data ? (
        <SkeletonRows rows={4} />
      ) : (
        <ul className="mx-auto flex max-w-4xl flex-col gap-3 p-4">
          {answer.data.dashboards.map((one) => (
            <li
              key={one.id}
              data-testid="dashboard"
              className="relative flex items-center gap-3 rounded-panel px-4 py-3 hairline hover:bg-hover"
            >
              <div className="min-w-0 flex-1">
                <p className="flex items-center gap-2">
                  <Link
                    href={link(`/dashboards/${one.id}`)}
                    className="truncate text-15 font-semibold outline-none after:absolute after:inset-0 after:rounded-panel focus-visible:after:outline-2 focus-visible:after:outline-ring"
                  >
                    <bdi>{visible(one.name)}</bdi>
                  </Link>
                  {one.isDefault && (
                    <Badge tone="accent" icon={<Star aria-hidden className="size-3" />}>
                      Default
                    </Badge>
                  )}
                </p>
                <p className="truncate text-muted">
                  {one.description ? `${visible(one.description)} · ` : ''}changed {ago(toMs(one.updatedAt), now, zone)}
                </p>
              </div>
              <div className="relative">
                <Menu
                  align="end"
                  trigger={
                    <IconButton label={`Menu of ${visible(one.name)}`} data-testid="dashboard-menu">
                      <Ellipsis aria-hidden className="size-4" />
                    </IconButton>
                  }
                  items={[
                    {
                      label: 'Rename',
                      run: () => setAsking({ what: 'name', of: one }),
                      icon: <Pencil className="size-3.5" />,
                    },
                    {
                      label: 'Duplicate',
                      run: () => attempt(async () => duplicate(await whole(one))),
                      icon: <Copy className="size-3.5" />,
                    },
                    {
                      label: one.isDefault ? 'This is the default' : 'Make it the default',
                      run: () => attempt(() => makeDefault(one.id)),
                      icon: <Star className="size-3.5" />,
                      disabled: one.isDefault,
                    },
                    {
                      label: 'Export as JSON',
                      run: () =>
                        attempt(async () =>
                          saveFile(fileName(one.name), dashboardFile(await whole(one)), 'application/json'),
                        ),
                      icon: <Download className="size-3.5" />,
                    },
                    'separator',
                    {
                      label: 'Delete',
                      run: () => setAsking({ what: 'delete', of: one }),
                      icon: <Trash2 className="size-3.5" />,
                    },
                  ]}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      {answer.data && (
        <section className="mx-auto max-w-4xl p-4">
          <h2 className="pb-2 text-12 text-muted">Begin with</h2>
          <ul className="grid gap-3 sm:grid-cols-2">
            {templates.map(({ id, name, description, icon: Icon, widgets }) => (
              <li key={id}>
                <button
                  type="button"
                  data-testid={`template-${id}`}
                  onClick={() =>
                    attempt(async () => {
                      const made = await makeDashboard({ name, description, widgets })
                      visit(`/dashboards/${made.id}`)
                    })
                  }
                  className="flex h-full w-full items-start gap-3 rounded-panel px-4 py-3 text-left hairline focus-ring hover:bg-hover"
                >
                  <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
                  <span>
                    <span className="block font-semibold">{name}</span>
                    <span className="block text-muted">{description}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <NameDialog
        open={asking?.what === 'new'}
        title="New dashboard"
        submit="Create"
        onClose={close}
        onSubmit={async (name, description) => {
          const made = await makeDashboard({ name, ...(description ? { description } : {}) })
          visit(`/dashboards/${made.id}`)
        }}
      />
      <NameDialog
        open={asking?.what === 'name'}
        title="Rename"
        submit="Rename"
        name={about?.name ?? ''}
        description={about?.description}
        onClose={close}
        onSubmit={async (name, description) => {
          if (about) await changeDashboard(about.id, { name, description })
          close()
        }}
      />
      <SureDialog
        open={asking?.what === 'delete'}
        title={`Delete ${visible(about?.name ?? '')}?`}
        text="Its widgets go with it. What they show stays."
        onClose={close}
        onSure={() => about && attempt(() => removeDashboard(about.id))}
      />
    </Screen>
  )
}
