// table.ts: rows of a measurement as aligned text.

/** Prints a table: a heading for each column, texts to the left, everything else to the right. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map(String))
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const isText = headings.map((_, column) =>
    rows.every((row) => typeof row[column] === 'string' && !/^[\d.,]+/.test(row[column])),
  )
  return cells
    .map((row) =>
      row
        .map((cell, column) => (isText[column] ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A count per second in thousands: `83 k`. */
export const thousands = (count: number) => `${Math.round(count / 1000)} k`
