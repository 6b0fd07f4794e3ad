import { numberFormat } from './intl'

/** Hundredths of a currency by its code (ISO 4217), where the language puts it: NOK 0.49, 0,49 NOK. */
export const formatPrice = (minor: number, currency: string) =>
  numberFormat({ style: 'currency', currency, currencyDisplay: 'code' }).format(minor / 100)
