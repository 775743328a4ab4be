// walk-page.ts: what walks through a screen's controls; it runs in the page, so it may use nothing but its parameters.

/** What a walk did. Names of controls are `opener › control`; `unused` are those that could not be used whenever they were seen. */
export type Walked = { pressed: string[]; left: string[]; unused: string[]; ended: boolean }

/** `root` holds the controls; `leave` are names to leave, in which `*` is anything; `done` are names that were used before. */
export type Walk = { root: string; leave: string[]; done: string[] }

/**
 * Presses, sets or writes into every control once, and goes back to the address after each. What a control opens (a menu, a
 * popover, a dialog) is walked before it goes on; what closes by one of its own controls is opened again for the others.
 */
export async function walk({ root, leave, done: before }: Walk): Promise<Walked> {
  const home = location.pathname + location.search
  const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const frame = () => new Promise(requestAnimationFrame)
  const leaving = leave.map(
    (name) => new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's'),
  )
  const things = 'button, select, summary, input, textarea, [role=tab], [role=menuitem]'
  const floating = 'dialog[open], [data-slot=menu], [data-slot=popover]'

  const nameOf = (element: Element) =>
    (
      element.getAttribute('data-testid') ??
      // What a button says of itself for a moment is not its name.
      (element.getAttribute('aria-label') === 'Copied' ? element.getAttribute('title') : undefined) ??
      element.getAttribute('aria-label') ??
      (element.textContent?.trim() || element.getAttribute('name') || element.tagName.toLowerCase())
    ).slice(0, 60)
  /** How its name begins; days of a calendar are all called alike. */
  const prefixOf = (element: Element) =>
    `${element.tagName} ${nameOf(element)
      .replace(/^\w+day, \d.*$/, 'day')
      .replace(/[-:\d].*$/s, '')
      .trim()}`
  const isSeen = (element: Element) => {
    const box = element.getBoundingClientRect()
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden'
  }
  const isUsable = (element: Element) =>
    !(element as HTMLButtonElement).disabled && !element.hasAttribute('data-disabled')
  /** What lies on top; the page itself when nothing does. */
  const top = () => [...document.querySelectorAll(floating)].filter(isSeen).at(-1)
  const controlsOf = (layer: Element | undefined) =>
    (layer
      ? [...layer.querySelectorAll(things)]
      : [...document.querySelectorAll(root)]
          .flatMap((part) => [...part.querySelectorAll(things)])
          .filter((element) => !element.closest(floating))
    ).filter(isSeen)
  /** Rows of one kind are one control: more than a dozen names that begin alike. */
  const kindOf = (element: Element, all: readonly Element[]) => {
    const prefix = prefixOf(element)
    const alike = new Set(all.filter((one) => prefixOf(one) === prefix).map(nameOf))
    return alike.size > 12 ? `${prefix.slice(prefix.indexOf(' ') + 1)}*` : nameOf(element)
  }
  const press = (element: Element) => {
    const options = { bubbles: true, cancelable: true, button: 0, pointerType: 'mouse' }
    element.dispatchEvent(new PointerEvent('pointerdown', options))
    element.dispatchEvent(new MouseEvent('mousedown', options))
    ;(element as HTMLElement).focus?.()
    element.dispatchEvent(new PointerEvent('pointerup', options))
    element.dispatchEvent(new MouseEvent('mouseup', options))
    ;(element as HTMLElement).click()
  }
  const write = (field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, value)
    field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
  }
  const stateOf = (element: Element) =>
    element instanceof HTMLInputElement && element.type === 'checkbox'
      ? String(element.checked)
      : (element.getAttribute('aria-pressed') ?? undefined)
  async function use(element: Element) {
    if (element instanceof HTMLSelectElement) {
      const was = element.value
      for (const { value, disabled } of [...element.options].slice(0, 6)) if (!disabled) write(element, value)
      write(element, was)
    } else if (
      element instanceof HTMLTextAreaElement ||
      (element instanceof HTMLInputElement && /text|search|number|date/.test(element.type))
    ) {
      const was = element.value
      write(element, element.type.startsWith('date') ? '2026-11-21T10:00:00' : '7')
      await frame()
      if (element.isConnected) write(element, was)
    } else {
      const before = stateOf(element)
      press(element)
      await frame()
      // What was turned on or off hides others: back, unless it is one of several of which one is chosen.
      if (before !== undefined && element.isConnected && stateOf(element) !== before && !top()) press(element)
    }
    await frame()
    await frame()
  }
  /** Something is being asked for, or the screen itself is not there yet: React holds a new one back for a moment. */
  const isBusy = () =>
    ![...document.querySelectorAll('main')].some(isSeen) ||
    document.querySelector('[data-testid=sweep]')?.childElementCount ||
    document.querySelector('[data-slot=skeleton]')
  const close = async (layer: Element) => {
    if (layer instanceof HTMLDialogElement) layer.close()
    else
      (layer.contains(document.activeElement) ? document.activeElement! : layer).dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }),
      )
    for (let waited = 0; layer.isConnected && isSeen(layer) && waited < 2_000; waited += 16) await frame()
  }
  const goHome = async () => {
    if (location.pathname + location.search === home) return
    history.replaceState(history.state, '', home)
    dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
    await nap(60)
  }

  const done = new Set(before)
  const met = new Set<string>()
  const told: Walked = { pressed: [], left: [], unused: [], ended: false }
  const refused = new Set<string>()
  /** The layers that are open, each with the name of what opened it. */
  let open: { layer: Element; by: string }[] = []
  let last = ''
  for (let turn = 0; turn < 400; turn++) {
    if (!top()) await goHome()
    const layer = top()
    open = open.filter((one) => one.layer.isConnected && isSeen(one.layer))
    if (layer && open.at(-1)?.layer !== layer) open.push({ layer, by: last })
    const way = layer ? `${open.at(-1)!.by} › ` : ''
    let next: Element | undefined
    let name = ''
    // A press may have begun something that has to be asked for first.
    for (let idle = 0, waited = 0; !next && idle < 3 && waited < 300; waited++) {
      idle = isBusy() ? 0 : idle + 1
      const seen = controlsOf(layer)
      const all = seen.filter(isUsable)
      for (const element of seen) if (!isUsable(element)) refused.add(way + nameOf(element))
      next = all.find((element) => !done.has(way + kindOf(element, all)) && !done.has(way + nameOf(element)))
      if (next) name = way + kindOf(next, all)
      else await frame()
    }
    if (!next) {
      if (!layer) {
        told.ended = true
        break
      }
      done.add(open.at(-1)!.by)
      await close(layer)
      await goHome()
      continue
    }
    const toLeave = leaving.findIndex((pattern) => pattern.test(name))
    if (toLeave >= 0) {
      met.add(leave[toLeave]!)
      done.add(name)
      continue
    }
    if (!told.pressed.includes(name)) told.pressed.push(name)
    last = name
    const own = way + nameOf(next)
    await use(next)
    // What opened a layer is done when everything in that is.
    const now = top()
    const isOpener = now && !open.some((one) => one.layer === now)
    // One dialog in place of another is what its button did, and is not to be done again for the rest of the other.
    if (!isOpener || (layer instanceof HTMLDialogElement && !isSeen(layer))) done.add(name).add(own)
  }
  told.left = [...met]
  told.unused = [...refused].filter((name) => !done.has(name))
  return told
}
