import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles'
import { router } from './app/router'
import { sessionOptions } from './app/session'
import { makeTheme, variables } from './app/theme'
import { startWords } from './lib/i18n'
import { nonce } from './lib/nonce'
import { queries } from './lib/queries'
import './lib/background'
import './lib/prove'

// The session, the words and the frame are fetched side by side; each is needed before the first screen.
void queries.prefetchQuery(sessionOptions)
if (!/^\/(login|invitation|reset)\b/.test(location.pathname)) void import('./shell/shell')
await startWords()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={makeTheme()}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={nonce}
    >
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
