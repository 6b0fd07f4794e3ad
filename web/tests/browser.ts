// What the console's modules ask of a browser when they are loaded; before every test file.
import { vi } from 'vitest'

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
vi.stubGlobal('navigator', { language: 'en-GB' })
vi.stubGlobal('location', { reload: () => undefined })
