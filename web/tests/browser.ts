// What the console's modules ask of a browser when they are loaded; before every test file.
import { vi } from 'vitest'

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
vi.stubGlobal('navigator', { languages: ['en-GB'] })
vi.stubGlobal('location', { search: '', reload: () => undefined })
