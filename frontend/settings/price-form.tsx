// price-form.tsx: a price of one's own for a model, in dollars for a million tokens.
import { type FormEvent, useState } from 'react'
import { type PriceGiven, savePrice } from '../api.ts'
import type { PriceEntry } from '../lib/shapes.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Input } from '../ui/input.tsx'

const kinds = [
  { key: 'input', label: 'Input' },
  { key: 'output', label: 'Output' },
  { key: 'cacheRead', label: 'Cache read' },
  { key: 'cacheWrite5m', label: 'Cache write, 5 minutes' },
  { key: 'cacheWrite1h', label: 'Cache write, 1 hour' },
] as const
type Kind = (typeof kinds)[number]['key']

export type PriceFormStart = { model: string; entry?: PriceEntry | undefined }

type PriceFormProps = { start: PriceFormStart; onSaved(): void; onCancel(): void }

const written = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value))

export function PriceForm({ start: { model: given, entry }, onSaved, onCancel }: PriceFormProps) {
  const [model, setModel] = useState(given)
  const [rates, setRates] = useState<Record<Kind, string>>(
    () => Object.fromEntries(kinds.map(({ key }) => [key, written(entry?.[key])])) as Record<Kind, string>,
  )
  const [included, setIncluded] = useState(entry?.included ?? false)
  const [from, setFrom] = useState(entry?.source === 'user' ? (entry.validFrom?.slice(0, 10) ?? '') : '')
  const [failure, setFailure] = useState<string>()
  const [saving, setSaving] = useState(false)
  const numbers = kinds.map(({ key, label }) => ({ key, label, text: rates[key].trim(), value: Number(rates[key]) }))
  const unreadable = numbers.find(({ text, value }) => text !== '' && !(value >= 0))
  const wrong =
    model.trim() === ''
      ? 'Name the model'
      : included
        ? undefined
        : unreadable
          ? `${unreadable.label} is no number`
          : rates.input.trim() === '' || rates.output.trim() === ''
            ? 'Give input and output'
            : undefined

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (wrong) return
    setSaving(true)
    setFailure(undefined)
    const price: PriceGiven = { ...(from ? { from } : {}), ...(included ? { included: true } : {}) }
    if (!included) for (const { key, text, value } of numbers) if (text !== '') price[key] = value
    try {
      await savePrice(model.trim(), price)
      onSaved()
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
      setSaving(false)
    }
  }

  return (
    <form onSubmit={submit} data-testid="price-form" className="grid gap-3 sm:grid-cols-2">
      <label htmlFor="price-model" className="flex flex-col gap-1 text-12 text-muted sm:col-span-2">
        Model, as the agent names it
        <Input
          id="price-model"
          data-testid="price-model"
          {...(given === '' ? { 'data-focus-first': true } : {})}
          value={model}
          onChange={(event) => setModel(event.target.value)}
        />
      </label>
      <div className="sm:col-span-2">
        <Checkbox label="Costs nothing by itself: free, or part of a plan" checked={included} onChange={setIncluded} />
      </div>
      {!included &&
        kinds.map(({ key, label }) => (
          <label key={key} htmlFor={`price-${key}`} className="flex flex-col gap-1 text-12 text-muted">
            {label}
            {key.startsWith('cache') && ' (else from the input)'}
            <Input
              id={`price-${key}`}
              data-testid={`price-${key}`}
              {...(given !== '' && key === 'input' ? { 'data-focus-first': true } : {})}
              inputMode="decimal"
              value={rates[key]}
              onChange={(event) => setRates({ ...rates, [key]: event.target.value.replace(',', '.') })}
            />
          </label>
        ))}
      <label htmlFor="price-from" className="flex flex-col gap-1 text-12 text-muted">
        Holds from (empty: since ever)
        <Input
          id="price-from"
          type="date"
          data-testid="price-from"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <div className="flex items-center gap-2 sm:col-span-2">
        <span className="min-w-0 flex-1 text-12 text-error" role={failure ? 'alert' : undefined}>
          {failure ?? (Object.values(rates).some((text) => text !== '') ? wrong : undefined)}
        </span>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="solid" disabled={wrong !== undefined || saving} data-testid="price-save">
          Save the price
        </Button>
      </div>
    </form>
  )
}
