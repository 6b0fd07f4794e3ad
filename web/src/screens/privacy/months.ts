/** How long, as it was written: whole months, null for nothing written (no rule), undefined when it is no period. */
export function readMonths(text: string | number): number | null | undefined {
  const written = String(text).trim()
  if (written === '') return null
  const months = Number(written)
  return Number.isInteger(months) && months >= 1 && months <= 1200 ? months : undefined
}
