/**
 * The values of an enumeration of the API in the order in which they are shown. One that the API has and the list has
 * not fails the typecheck, and so does the reverse: `every<Channel>()(['mail', 'sms'])`.
 */
export const every =
  <E extends string>() =>
  <const L extends readonly E[]>(
    values: L & ([E] extends [L[number]] ? unknown : { missing: Exclude<E, L[number]> }),
  ): L =>
    values
