// Mantine's theme: one accent, contrast that passes WCAG 2.2 AA in both schemes, names for icon-only buttons.
import { type CSSVariablesResolver, createTheme } from '@mantine/core'
import { t } from '@/lib/i18n'

export const makeTheme = () =>
  createTheme({
    fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
    fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, 'Liberation Mono', monospace",
    primaryColor: 'fjord',
    primaryShade: 7,
    colors: {
      // gray.4 and dark.4 outline inputs: 3:1 against the surface.
      gray: [
        '#f8f9fa',
        '#eef2f5',
        '#e3e9ed',
        '#cdd6dc',
        '#8a96a0',
        '#7d8992',
        '#66737d',
        '#4d5962',
        '#36424b',
        '#1b252c',
      ],
      dark: [
        '#dfe6eb',
        '#b9c4cc',
        '#9fadb8',
        '#74828d',
        '#667480',
        '#36424b',
        '#222b32',
        '#1a2127',
        '#141a1f',
        '#11161a',
      ],
      fjord: [
        '#e8f4f8',
        '#d3e6ee',
        '#a6cddd',
        '#7fb9d2',
        '#5aa6c6',
        '#368eb4',
        '#2787b1',
        '#17749b',
        '#0f658a',
        '#0a5574',
      ],
      // White on red.7 must pass 4.5:1.
      red: [
        '#fdecec',
        '#f9d5d5',
        '#f0a8a8',
        '#ea8585',
        '#e06464',
        '#d64545',
        '#ca3232',
        '#b42525',
        '#a01d1d',
        '#871616',
      ],
    },
    defaultRadius: 6,
    cursorType: 'pointer',
    focusRing: 'auto',
    respectReducedMotion: true,
    headings: { fontWeight: '650' },
    // Plain objects rather than Modal.extend(…), which would pull every component named here into the entry.
    components: {
      PasswordInput: {
        defaultProps: { visibilityToggleButtonProps: { 'aria-label': t('show_password'), tabIndex: 0 } },
      },
    },
  })

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1b252c',
    '--mantine-color-dimmed': '#56636d',
    '--mantine-color-placeholder': '#66737d',
    '--mantine-color-error': '#b42525',
    '--mantine-color-anchor': '#0f658a',
    '--mantine-color-default-border': '#a3aeb7',
  },
  dark: {
    '--mantine-color-body': '#151b20',
    '--mantine-color-text': '#dfe6eb',
    '--mantine-color-dimmed': '#9fadb8',
    '--mantine-color-placeholder': '#8e9ca7',
    '--mantine-color-error': '#f19a9a',
    '--mantine-color-anchor': '#8cc6dd',
    '--mantine-color-default': '#222b32',
    '--mantine-color-default-hover': '#2b353d',
    '--mantine-color-default-border': '#55636d',
    '--mantine-color-red-filled': '#b42525',
    '--mantine-color-red-outline': '#f19a9a',
    '--mantine-color-red-light-color': '#f19a9a',
  },
})
