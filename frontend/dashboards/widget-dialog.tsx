// widget-dialog.tsx: a new widget: its kind, then its settings; or the settings of one that stands.
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import type { Widget } from '../lib/shapes.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { addWidget, changeWidget } from './changes.ts'
import { type Kind, kindOf, kinds } from './kinds.ts'
import { freePlace } from './layout.ts'
import { WidgetForm } from './widget-form.tsx'

type AddWidgetProps = { dashboard: string; widgets: readonly Widget[]; open: boolean; onClose(): void }

const groups = ['Numbers', 'Charts', 'Lists', 'Text'] as const

export function AddWidget({ open, ...props }: AddWidgetProps) {
  return (
    <Dialog open={open} onClose={props.onClose} title="Add a widget" className="sm:w-[min(46rem,calc(100vw-2rem))]">
      <AddWidgetSteps {...props} />
    </Dialog>
  )
}

function AddWidgetSteps({ dashboard, widgets, onClose }: Omit<AddWidgetProps, 'open'>) {
  const [kind, setKind] = useState<Kind>()
  if (kind)
    return (
      <>
        <div className="flex items-center gap-2 pb-3">
          <Button look="quiet" size="small" onClick={() => setKind(undefined)}>
            <ArrowLeft aria-hidden className="size-3.5" />
            Kinds
          </Button>
          <span className="font-semibold">{kind.label}</span>
        </div>
        <WidgetForm
          kind={kind}
          title=""
          config={{}}
          submit="Add"
          onCancel={onClose}
          onSubmit={async (title, config) => {
            const { id: _, ...place } = freePlace(widgets, kind.size)
            await addWidget(dashboard, { widgetType: kind.id, title, ...place, config: { ...config } })
            onClose()
          }}
        />
      </>
    )
  return (
    <div className="flex flex-col gap-4">
      {groups.map((group) => (
        <section key={group}>
          <h3 className="pb-1 text-12 text-muted">{group}</h3>
          <ul className="grid gap-1 sm:grid-cols-2">
            {kinds
              .filter((one) => one.group === group)
              .map((one) => (
                <li key={one.id}>
                  <button
                    type="button"
                    data-testid={`kind-${one.id}`}
                    onClick={() => setKind(one)}
                    className="flex w-full items-start gap-3 rounded-control px-2 py-1.5 text-left focus-ring hover:bg-hover"
                  >
                    <one.icon aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
                    <span>
                      <span className="block font-semibold">{one.label}</span>
                      <span className="block text-12 text-muted">{one.about}</span>
                    </span>
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

type EditWidgetProps = { dashboard: string; widget: Widget | undefined; onClose(): void }

export function EditWidget({ dashboard, widget, onClose }: EditWidgetProps) {
  const kind = widget && kindOf(widget.widgetType)
  return (
    <Dialog open={kind !== undefined} onClose={onClose} title={kind ? `Edit: ${kind.label}` : ''}>
      {kind && (
        <WidgetForm
          kind={kind}
          title={widget.title}
          config={widget.config}
          submit="Save"
          onCancel={onClose}
          onSubmit={async (title, config) => {
            await changeWidget(dashboard, widget.id, { title, config: { ...config } })
            onClose()
          }}
        />
      )}
    </Dialog>
  )
}
