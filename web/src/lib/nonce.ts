/** The nonce of this response, for the few style elements that libraries create (Mantine, TipTap). */
export const nonce = (): string => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
