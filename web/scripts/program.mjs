// The real program with the demo organisation in it, and a browser, for shots, walk and lcp. Its clock is a file that
// is moved forward where time must pass (a second factor's code works only once).
import { execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('../..', import.meta.url))
const binary = process.env.VARDE_BINARY ?? join(root, 'build/release/varde')

export async function until(what, check, seconds = 120) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const value = await check()
    if (value) return value
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`)
    await new Promise((later) => setTimeout(later, 100))
  }
}

export function totp(secret, at) {
  const bits = [...secret.toUpperCase()]
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = mac[19] & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(String(port)))
    })
  })

/**
 * Starts `varde up --demo` on a directory of its own, filled by demo/demo.py, and ends both with `stop`. `api` speaks
 * for the administrator.
 */
export async function startProgram(browser) {
  const directory = mkdtempSync(join(tmpdir(), 'varde-console-'))
  chmodSync(directory, 0o755)
  const data = join(directory, 'data')
  const clock = join(directory, 'clock')
  let offset = 0n // microseconds
  writeFileSync(clock, Buffer.alloc(8))
  // In place: the program has the file in its memory, and must never find it empty.
  const file = openSync(clock, 'r+')
  const moveClock = (seconds) => {
    offset += BigInt(seconds) * 1_000_000n
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(offset)
    writeSync(file, bytes, 0, 8, 0)
  }
  const now = () => Date.now() / 1000 + Number(offset) / 1e6
  const log = openSync(join(directory, 'log'), 'a')
  const env = { ...process.env, VARDE_STRICT_WAITS: '1' } // as in all scenarios
  const run = (command, args) => spawn(command, args, { stdio: ['ignore', log, log], env })
  const program = run(binary, [
    'up',
    '--data',
    data,
    '--demo',
    '--port',
    '0',
    '--bounce-port',
    await freePort(),
    '--test-clock',
    clock,
    '--quick-database',
  ])
  let demo
  const stop = async () => {
    demo?.kill()
    if (program.exitCode === null) {
      const ended = new Promise((done) => program.once('exit', done))
      program.kill()
      await ended
    }
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const address = join(data, 'address')
    const base = await until('the program to be ready', async () => {
      if (program.exitCode !== null) throw new Error(readFileSync(join(directory, 'log'), 'utf8').slice(-2000))
      if (!existsSync(address)) return undefined
      const url = readFileSync(address, 'utf8').trim()
      const answer = await fetch(`${url}/readyz`).catch(() => undefined)
      return answer?.ok ? url : undefined
    })
    const login = await until('the demo login', () => {
      const path = join(data, 'demo/login.json')
      return existsSync(path) && JSON.parse(readFileSync(path, 'utf8'))
    })
    // From here on nobody answers by themselves.
    const endSimulation = () => demo?.kill()
    // What the platform wrote to those with a login: kept for the operator, the newest first.
    const accountMails = () => JSON.parse(execFileSync(binary, ['mail', '--json', '--limit', '200', '--data', data]))
    // As the database's superuser: for what nobody can bring about on purpose.
    const sql = (query) => {
      const psql = ['psql', '-h', join(data, 'main/socket'), '-U', 'varde_super', '-d', 'varde', '-XAtqc', query]
      const [command, ...args] = process.getuid() === 0 ? ['runuser', '-u', 'varde', '--', ...psql] : psql
      return execFileSync(command, args, { cwd: '/' }).toString().trim()
    }
    const started = { base, login, stop, now, moveClock, endSimulation, accountMails, sql }
    // The demo logs in with the code of the real time: ours is the one before. Nor does the clock jump while it sends.
    moveClock(-62)
    // Its words are written down before the account is made.
    const context = await browser.newContext()
    started.api = await until('the demo account', () =>
      logIn(started, context).catch((error) => {
        if (!/: 401 /.test(error.message)) throw error
      }),
    )
    started.api.accountMails = accountMails
    moveClock(31)
    demo = run('python3', [join(root, 'demo/demo.py'), data, base])
    await until('the demo organisation to be filled', () => existsSync(join(data, 'demo/filled')), 300)
    await until('its campaigns to be sent', async () => {
      const { items } = await started.api('GET', '/campaigns?state=sent')
      return items.length >= 2
    })
    return started
  } catch (error) {
    await stop()
    throw error
  }
}

/** What one browser context does with the API: JSON in, JSON out, an error where the program refuses. */
export const apiOf =
  (context, base) =>
  async (method, path, data, headers = {}) => {
    const answer = await context.request.fetch(`${base}/api/v1${path}`, {
      method,
      headers: { Origin: base, ...headers },
      ...(data === undefined ? {} : { data }),
    })
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
    const text = await answer.text()
    return text ? JSON.parse(text) : undefined
  }

/** Logs a context in as far as the program lets it: through the second factor and the terms. */
export async function logIn(program, context) {
  const api = apiOf(context, program.base)
  const { email, password, totp_secret } = program.login
  let session = await api('POST', '/session', { email, password })
  if (session.state === 'totp_required') {
    program.moveClock(31)
    session = await api('POST', '/session/totp', { code: totp(totp_secret, program.now()) })
  }
  if (session.state === 'terms_required')
    session = await api('POST', '/session/terms', { version: session.terms.version })
  if (session.state !== 'ready') throw new Error(`logged in no further than ${session.state}`)
  // What is sensitive asks for the second factor again when time has passed.
  return async (...call) => {
    try {
      return await api(...call)
    } catch (error) {
      if (!/"factor-again"/.test(error.message)) throw error
      program.moveClock(31)
      await api('POST', '/session/again', { code: totp(totp_secret, program.now()) })
      return api(...call)
    }
  }
}

export const startBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** Puts every violation of the content security policy on the console, where it is counted as an error. */
export const reportPolicy = (context) =>
  context.addInitScript(() =>
    addEventListener('securitypolicyviolation', (e) =>
      console.error(`CSP: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`),
    ),
  )
