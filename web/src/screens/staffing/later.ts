// Dialogs are fetched when they are opened, so that the screens themselves stay light.
import { lazy } from 'react'
import { orLater } from '@/app/later'

export const ShiftDialog = lazy(orLater(async () => ({ default: (await import('./shift-dialog')).ShiftDialog })))
export const CopyDialog = lazy(orLater(async () => ({ default: (await import('./copy-dialog')).CopyDialog })))
export const SubstituteEdit = lazy(
  orLater(async () => ({ default: (await import('./substitute-edit')).SubstituteEdit })),
)
export const DocumentForm = lazy(orLater(async () => ({ default: (await import('./document-form')).DocumentForm })))
export const AvailabilityForm = lazy(
  orLater(async () => ({ default: (await import('./availability-form')).AvailabilityForm })),
)
export const PictureForm = lazy(orLater(async () => ({ default: (await import('./picture-form')).PictureForm })))
export const AskAgainDialog = lazy(orLater(async () => ({ default: (await import('./ask-again')).AskAgainDialog })))
export const PublishDialog = lazy(orLater(async () => ({ default: (await import('./publish-dialog')).PublishDialog })))
