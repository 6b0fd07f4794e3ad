// A rough rendering of the composer's blocks, for development only: the real one is the server's.
const safe = (s) =>
  String(s ?? '').replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])

function fill(text, person) {
  return String(text ?? '').replace(
    /\{\{\s*([\w.]+)(?:\s*\|\s*default:\s*"([^"]*)")?\s*\}\}/g,
    (_, path, fallback) => {
      const key = path.replace(/^person\./, '')
      return person[key] ?? person.attributes?.[key] ?? fallback ?? ''
    },
  )
}

function rich(node, person) {
  const inner = () => (node.content ?? []).map((n) => rich(n, person)).join('')
  switch (node.type) {
    case 'text':
      return (node.marks ?? []).reduce(
        (html, m) =>
          m.type === 'bold'
            ? `<strong>${html}</strong>`
            : m.type === 'italic'
              ? `<em>${html}</em>`
              : m.type === 'link'
                ? `<a href="${safe(m.attrs?.href)}">${html}</a>`
                : html,
        safe(fill(node.text, person)),
      )
    case 'paragraph':
      return `<p style="margin:0 0 12px">${inner()}</p>`
    case 'bulletList':
      return `<ul style="margin:0 0 12px;padding-left:22px">${inner()}</ul>`
    case 'orderedList':
      return `<ol style="margin:0 0 12px;padding-left:22px">${inner()}</ol>`
    case 'listItem':
      return `<li>${inner()}</li>`
    case 'hardBreak':
      return '<br>'
    default:
      return inner()
  }
}

function block(b, theme, person) {
  const align = b.align ?? 'left'
  switch (b.type) {
    case 'heading':
      return `<h${b.level} style="margin:0 0 12px;text-align:${align};font-size:${[28, 22, 17][b.level - 1]}px;line-height:1.25">${safe(fill(b.text, person))}</h${b.level}>`
    case 'text':
      return rich(b.doc ?? {}, person)
    case 'image':
      return b.src
        ? `<p style="margin:0 0 12px;text-align:${align}"><img src="${safe(b.src)}" alt="${safe(b.alt)}" style="max-width:100%;width:${b.width ?? 536}px"></p>`
        : ''
    case 'button':
      return `<p style="margin:8px 0 20px;text-align:${align}"><a href="${safe(b.href)}" style="display:inline-block;background:${theme.accent};color:#ffffff;padding:12px 24px;border-radius:6px;text-decoration:none;font-weight:600">${safe(fill(b.label, person))}</a></p>`
    case 'columns':
      return `<table role="presentation" style="width:100%;border-spacing:0"><tr>${b.columns.map((c) => `<td class="col" style="vertical-align:top;padding-right:12px;width:${100 / b.columns.length}%">${c.blocks.map((x) => block(x, theme, person)).join('')}</td>`).join('')}</tr></table>`
    case 'divider':
      return '<hr style="border:0;border-top:1px solid #c9d2d8;margin:12px 0 20px">'
    case 'spacer':
      return `<div style="height:${b.height}px"></div>`
    case 'footer':
      return `<p style="font-size:13px;color:#56636d;margin:0">${safe(fill(b.text, person))}<br><a href="https://www.varde.example/t/u/demo" style="color:#56636d">Unsubscribe</a></p>`
    default:
      return ''
  }
}

export function render({ document, subject }, person) {
  const theme = document.theme
  const body = document.blocks.map((b) => block(b, theme, person)).join('\n')
  const problems = []
  document.blocks.forEach((b, i) => {
    if (b.type === 'button' && !b.href)
      problems.push({ pointer: `/blocks/${i}/href`, message: 'The button leads nowhere.', severity: 'error' })
    if (b.type === 'image' && !b.alt)
      problems.push({
        pointer: `/blocks/${i}/alt`,
        message: 'The picture has no description.',
        severity: 'warning',
      })
  })
  if (!document.blocks.some((b) => b.type === 'footer'))
    problems.push({
      pointer: '/blocks',
      message: 'There is no footer with the address and the unsubscribe link.',
      severity: 'error',
    })
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${safe(fill(subject, person))}</title><style>@media (max-width:480px){.col{display:block!important;width:100%!important}}</style></head><body style="margin:0;background:${theme.background};color:${theme.text};font-family:system-ui,sans-serif;font-size:16px;line-height:1.5"><div style="max-width:584px;margin:0 auto;padding:24px 16px"><div style="background:${theme.surface};border-radius:8px;padding:24px">${body}</div></div></body></html>`
  return {
    html,
    text: body
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    subject: fill(subject, person),
    problems,
  }
}
