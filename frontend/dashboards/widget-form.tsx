// widget-form.tsx: the settings of a widget, by its kind: for a new one and for one that stands.
import { type FormEvent, useId, useState } from 'react'
import { metricAttributes, metricNames, services } from '../api.ts'
import { useKnownMetrics } from '../components/metric-names.ts'
import { useAnswer } from '../lib/answers.ts'
import { nameMetric } from '../lib/metric-names.ts'
import { visible } from '../lib/safe-text.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Input } from '../ui/input.tsx'
import { Select } from '../ui/select.tsx'
import { type Config, countIn, flagIn, textIn } from './config.ts'
import type { Field, Kind, Option } from './kinds.ts'

type WidgetFormProps = {
  kind: Kind
  title: string
  config: Config
  submit: string
  onSubmit(title: string, config: Config): Promise<void>
  onCancel(): void
}

export function WidgetForm({ kind, title: given, config: start, submit, onSubmit, onCancel }: WidgetFormProps) {
  const [config, setConfig] = useState<Config>(start)
  // A title that follows from the settings goes on following them until it is written over.
  const [written, setWritten] = useState(given !== '' && given !== kind.title(start) ? given : undefined)
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)
  const id = useId()
  const title = written ?? kind.title(config)
  async function save(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setFailure(undefined)
    try {
      await onSubmit(title.trim() || kind.title(config), config)
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-3" data-testid="widget-form">
      <Row id={`${id}-title`} label="Title">
        <Input
          id={`${id}-title`}
          data-focus-first
          maxLength={255}
          value={title}
          onChange={(event) => setWritten(event.target.value)}
          className="w-full"
        />
      </Row>
      {kind.fields.map((field) => (
        <FieldRow
          key={field.key}
          id={`${id}-${field.key}`}
          field={field}
          config={config}
          onChange={(value) => {
            const next = { ...config }
            if (value === undefined || value === '') delete next[field.key]
            else next[field.key] = value
            setConfig(next)
          }}
        />
      ))}
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <div className="flex justify-end gap-2 pt-1">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="solid" disabled={busy} data-testid="widget-save">
          {submit}
        </Button>
      </div>
    </form>
  )
}

type FieldRowProps = {
  id: string
  field: Field
  config: Config
  onChange(value: string | number | boolean | undefined): void
}

function FieldRow({ id, field, config, onChange }: FieldRowProps) {
  const { key, label, hint } = field
  if (field.type === 'flag')
    return (
      <Row id={id} label="">
        <Checkbox label={label} checked={flagIn(config, key, field.usual)} onChange={onChange} />
      </Row>
    )
  const text = textIn(config, key) ?? ''
  return (
    <Row id={id} label={label} hint={hint}>
      {field.type === 'choice' ? (
        <Choice id={id} label={label} value={text} options={field.options} onChange={onChange} />
      ) : field.type === 'service' ? (
        <ServiceChoice id={id} label={label} value={text} onChange={onChange} />
      ) : field.type === 'metric' ? (
        <MetricChoice id={id} value={text} onChange={onChange} />
      ) : field.type === 'attribute' ? (
        <AttributeChoice id={id} label={label} value={text} metric={textIn(config, 'metricName')} onChange={onChange} />
      ) : field.type === 'count' ? (
        <Input
          id={id}
          type="number"
          min={1}
          max={field.most}
          value={countIn(config, key, field.usual, field.most)}
          onChange={(event) => onChange(event.target.valueAsNumber || undefined)}
          className="w-24"
        />
      ) : field.type === 'lines' ? (
        <textarea
          id={id}
          rows={field.code ? 5 : 8}
          spellCheck={!field.code}
          placeholder={field.placeholder}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          className={`w-full rounded-control border border-line bg-background p-2 text-13 placeholder:text-muted focus-ring ${field.code ? 'font-mono text-12' : ''}`}
        />
      ) : (
        <Input
          id={id}
          value={text}
          placeholder={field.placeholder}
          onChange={(event) => onChange(event.target.value)}
          className="w-full"
        />
      )}
    </Row>
  )
}

function Row({
  id,
  label,
  hint,
  children,
}: {
  id: string
  label: string
  hint?: string | undefined
  children: React.ReactNode
}) {
  return (
    <div className="grid grid-cols-1 items-start gap-x-4 gap-y-1 sm:grid-cols-[6rem_minmax(0,1fr)]">
      {label ? (
        <label htmlFor={id} className="text-muted sm:pt-1">
          {label}
        </label>
      ) : (
        <span className="hidden sm:block" />
      )}
      <div className="min-w-0">
        {children}
        {hint && <p className="pt-0.5 text-12 text-muted">{hint}</p>}
      </div>
    </div>
  )
}

type ChoiceProps = {
  id: string
  label: string
  value: string
  options: readonly Option[]
  onChange(value: string): void
}

/** What was stored stays to be seen, also where it is none of the choices. */
function Choice({ id, label, value, options, onChange }: ChoiceProps) {
  const shown =
    options.some((option) => option.value === value) || value === ''
      ? options
      : [...options, { value, label: visible(value) }]
  return (
    <Select
      id={id}
      label={label}
      value={value || (options[0]?.value ?? '')}
      options={shown}
      onChange={onChange}
      className="max-w-full"
    />
  )
}

function ServiceChoice(props: Omit<ChoiceProps, 'options'>) {
  const known = useAnswer(services())
  return (
    <Choice
      {...props}
      options={[
        { value: '', label: 'All services' },
        ...(known.data?.services ?? []).map((value) => ({ value, label: visible(value) })),
      ]}
    />
  )
}

function AttributeChoice({ metric, ...props }: Omit<ChoiceProps, 'options'> & { metric: string | undefined }) {
  const known = useAnswer(metric ? metricAttributes(metric) : undefined)
  return (
    <Choice
      {...props}
      options={[
        { value: '', label: 'nothing' },
        ...(known.data?.attributes ?? []).map(({ name }) => ({ value: name, label: visible(name) })),
      ]}
    />
  )
}

/** Any name may be typed; those that are known are offered by their titles. */
function MetricChoice({ id, value, onChange }: { id: string; value: string; onChange(value: string): void }) {
  const names = useAnswer(metricNames())
  const known = useKnownMetrics()
  const named = nameMetric(value, known)
  return (
    <>
      <Input
        id={id}
        list={`${id}-list`}
        value={value}
        placeholder="claude_code.token.usage"
        onChange={(event) => onChange(event.target.value.trim())}
        className="w-full font-mono text-12"
      />
      <datalist id={`${id}-list`}>
        {names.data?.names.map((name) => {
          const { family, title } = nameMetric(name, known)
          return (
            <option key={name} value={name}>
              {family}: {title}
            </option>
          )
        })}
      </datalist>
      {value && (
        <p className="pt-0.5 text-12 text-muted">
          {named.family}: {named.title}
          {named.about ? `. ${named.about}` : ''}
        </p>
      )}
    </>
  )
}
