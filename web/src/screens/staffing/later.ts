// Dialogs are fetched when they are opened, so that the screens themselves stay light.
import { lazy } from 'react'

export const ShiftDialog = lazy(async () => ({ default: (await import('./shift-dialog')).ShiftDialog }))
export const CopyDialog = lazy(async () => ({ default: (await import('./copy-dialog')).CopyDialog }))
export const SubstituteEdit = lazy(async () => ({ default: (await import('./substitute-edit')).SubstituteEdit }))
export const DocumentForm = lazy(async () => ({ default: (await import('./document-form')).DocumentForm }))
export const AvailabilityForm = lazy(async () => ({ default: (await import('./availability-form')).AvailabilityForm }))
export const PictureForm = lazy(async () => ({ default: (await import('./picture-form')).PictureForm }))
export const AskAgainDialog = lazy(async () => ({ default: (await import('./ask-again')).AskAgainDialog }))
export const PublishDialog = lazy(async () => ({ default: (await import('./publish-dialog')).PublishDialog }))
