// Makes a mail's HTML showable under the console's content security policy. A srcdoc frame inherits that
// policy, which forbids style attributes and foreign pictures. So before the HTML is parsed, style attributes
// are renamed (the frame's owner applies them through the CSSOM afterwards, which the policy allows), style
// elements get the nonce, and what would be fetched from elsewhere or run is taken away.
export const STYLE = 'data-mail-style'
export const BLOCKED = 'data-mail-blocked'

const tag = /<([a-zA-Z][\w:-]*)((?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?|\s*\/(?!>))*)(\s*\/?)>/g
const attribute = /(\s+)([^\s=>"'/]+)(\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?/g

// Pictures of one's own organisation stand in a mail under the address that the world knows, which need not be the
// one that the console was opened at. This program has them in any case, so they are shown from here.
const OWN = /^https?:\/\/[^/?#]+(\/i\/([0-9a-f-]{36})\/[0-9a-f-]{36})$/i
function ours(url: string, tenant: string | undefined): string | undefined {
  const found = OWN.exec(url.trim())
  return found && tenant && found[2]?.toLowerCase() === tenant.toLowerCase() ? found[1] : undefined
}
const local = (url: string) => /^(\/(?!\/)|data:image\/|blob:|cid:)/i.test(url.trim())
const unquote = (v: string) => (/^["']/.test(v) ? v.slice(1, -1) : v)

export function prepareMail(html: string, nonce: string, tenant?: string): { html: string; blocked: number } {
  let blocked = 0
  // Scripts, frames and the like have no place in a mail; their content goes with them.
  const bare = html
    .replace(/<(script|iframe|object|embed|noscript)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/<(script|iframe|object|embed|base|link|meta\s[^>]*http-equiv)\b[^>]*>/gi, '')
  const out = bare.replace(tag, (_whole, name: string, attributes: string, end: string) => {
    const kept = attributes.replace(attribute, (whole: string, space: string, key: string, rest = '', value = '') => {
      const lower = key.toLowerCase()
      if (lower.startsWith('on')) return ''
      if (lower === 'style') return `${space}${STYLE}${rest}`
      if (lower === 'nonce') return ''
      const mine = lower === 'src' ? ours(unquote(value), tenant) : undefined
      if (mine) return `${space}src="${mine}"`
      if (
        lower === 'srcset' ||
        ((lower === 'src' || lower === 'background' || lower === 'poster') && !local(unquote(value)))
      ) {
        blocked += 1
        return `${space}${BLOCKED}${rest}`
      }
      return whole
    })
    const own = name.toLowerCase() === 'style' ? ` nonce="${nonce}"` : ''
    return `<${name}${own}${kept}${end}>`
  })
  return {
    html: out.replace(/url\(\s*(['"]?)(?!data:)[a-z]+:[^)]*\)/gi, 'none').replace(/@import[^;]+;/gi, ''),
    blocked,
  }
}
