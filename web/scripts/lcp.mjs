// Tells when the largest thing on a few screens is painted, at 10 Mbit/s and 40 ms, with nothing in the cache.
// Told rather than enforced: the number is the machine's as much as ours. `npm run lcp`
import { logIn, startBrowser, startProgram } from './program.mjs'

const browser = await startBrowser()
const program = await startProgram(browser)
for (const path of ['/login', '/', '/persons', '/campaigns']) {
  const context = await browser.newContext()
  if (path !== '/login') await logIn(program, context)
  const page = await context.newPage()
  const line = await context.newCDPSession(page)
  await line.send('Network.enable')
  await line.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 40,
    downloadThroughput: 1_250_000,
    uploadThroughput: 1_250_000,
  })
  await page.goto(program.base + path)
  await page.locator('h1').first().waitFor()
  await page.waitForTimeout(1200)
  const at = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? 0)).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        })
      }),
  )
  console.log(`${path.padEnd(12)} LCP ${(at / 1000).toFixed(2)} s of 1.5`)
  await context.close()
}
await browser.close()
await program.stop()
