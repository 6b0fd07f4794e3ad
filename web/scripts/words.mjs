// What the console's code says of words, read with TypeScript's own parser; tools/check-words holds it against the files
// in locales/. Prints JSON:
//   calls     t('key', {…}) with the names that are handed in (or null where they cannot be read from the text)
//   mentions  each string that could be a key
//   patterns  keys that are made at run time, as regular expressions: `people:states.${state}` → people:states\.[\w.]+
//   bare      sentences for a person that stand in the code
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'

const web = join(import.meta.dirname, '..')
const sources = [
  ...readdirSync(join(web, 'src'), { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && /\.tsx?$/.test(f.name) && !/\/src\/client(\/|$)/.test(f.parentPath))
    .map((f) => join(f.parentPath, f.name)),
  join(web, 'vite.config.ts'),
]

/** Attributes and members whose text a person reads or hears. */
const READ =
  /^(aria-(label|description|roledescription|valuetext|placeholder)|(\w*[a-z])?(title|label|description)|placeholder|alt|lead|note|header|head|caption|hint|heading|summary|text|body|detail|empty|message)$/i
/** Text that no language changes: the product, commands to copy, addresses and codes that show a shape. */
const ALLOWED = [
  /^Varde$/,
  /^( · Varde)$/,
  /^varde (audit|evidence) verify /,
  /^https?:\/\//,
  /^[\w-]+(\.[\w-]+)*\.example$/,
  /^\/messages\/0\/id$/,
  /^NOK$/,
  /^Authorization: Bearer /,
  /^\{"to": /,
]
/** Where text is for programmers. */
const UNREAD = /^(console\.\w+|Error|TypeError)$/

const out = { calls: [], mentions: [], patterns: [], bare: [] }
const letters = /\p{L}{2}/u
// Two words or more, of which the first has a capital or the last a full stop.
const sentence = /^\s*\p{Lu}[\p{L}’'-]*[,:]? +[\p{L}\p{N}“(].*|^.*\p{L} +\p{L}.*[.?!…]\s*$/u
const escaped = (text) => text.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')

for (const path of sources) {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const place = (node) => `web/${relative(web, path)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`

  const isKeyCall = (node) =>
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && /^(t|wordOr)$/.test(node.expression.text)
  /** The keys that an expression can be: 'a', b ? 'a' : 'c', `a.${b}`. */
  function* keysOf(node) {
    if (ts.isStringLiteralLike(node)) yield node
    else if (ts.isParenthesizedExpression(node)) yield* keysOf(node.expression)
    else if (ts.isConditionalExpression(node)) {
      yield* keysOf(node.whenTrue)
      yield* keysOf(node.whenFalse)
    }
  }
  function call(node) {
    const [first, second] = node.arguments
    const names =
      second === undefined
        ? []
        : ts.isObjectLiteralExpression(second) && second.properties.every((p) => !ts.isSpreadAssignment(p))
          ? second.properties.map((p) => p.name.getText())
          : null
    const plain = node.expression.text === 't'
    for (const key of keysOf(first)) out.calls.push({ key: key.text, names: plain ? names : [], at: place(key) })
  }
  function template(node) {
    const parts = [node.head.text, ...node.templateSpans.map((s) => s.literal.text)]
    const inCall = node.parent && isKeyCall(node.parent) && node.parent.arguments[0] === node
    if ((/^[a-z]+:\w/.test(parts[0]) && !parts[0].startsWith('data:')) || inCall)
      out.patterns.push({ pattern: parts.map(escaped).join('[\\w.]*'), at: place(node) })
  }
  /** What the text is for: the attribute or the member that it is the value of, through ?:, ??, && and templates. */
  function purpose(node) {
    for (let n = node; n.parent; n = n.parent) {
      const p = n.parent
      if (ts.isJsxAttribute(p)) return p.name.getText()
      if (ts.isPropertyAssignment(p) && p.initializer === n) return p.name.getText()
      if (ts.isCallExpression(p) || ts.isNewExpression(p)) return `${p.expression.getText()}(`
      const passes =
        ts.isConditionalExpression(p) ||
        ts.isBinaryExpression(p) ||
        ts.isTemplateExpression(p) ||
        ts.isTemplateSpan(p) ||
        ts.isJsxExpression(p) ||
        ts.isParenthesizedExpression(p)
      if (!passes) return ts.isJsxElement(p) || ts.isJsxFragment(p) ? 'children' : ''
    }
    return ''
  }
  function text(node) {
    const said = node.text.trim()
    if (!letters.test(said) || ALLOWED.some((a) => a.test(said))) return
    const what = purpose(node)
    if (UNREAD.test(what.slice(0, -1)) && what.endsWith('(')) return
    const isBranch = what === 'children' && ts.isBinaryExpression(node.parent) && node.parent.left === node
    const isKey = /^([a-z]+:)?\w+(\.\w+)*\.?$/.test(said) && !/[A-Z]/.test(said)
    const read = READ.test(what) || (what === 'children' && !isBranch)
    if (
      (read && !isKey && /\p{Lu}| /u.test(said)) ||
      (sentence.test(node.text) && what !== 'className' && what !== 'class')
    )
      out.bare.push({ text: said, at: place(node) })
  }
  function visit(node) {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return
    if (isKeyCall(node)) call(node)
    if (ts.isTemplateExpression(node)) template(node)
    if (ts.isJsxText(node) && letters.test(node.text) && !ALLOWED.some((a) => a.test(node.text.trim())))
      out.bare.push({ text: node.text.trim(), at: place(node) })
    if (ts.isStringLiteralLike(node)) {
      if (/^([a-z]+:)?\w+(\.\w+)*$/.test(node.text)) out.mentions.push({ key: node.text, at: place(node) })
      text(node)
    } else if (ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) text(node)
    ts.forEachChild(node, visit)
  }
  visit(file)
}
console.log(JSON.stringify(out))
