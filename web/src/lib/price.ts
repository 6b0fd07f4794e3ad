import { formatNumber } from './time'

export const formatPrice = (minor: number, currency: string) => `${formatNumber(minor / 100, 2)} ${currency}`
