// A substitute's picture: chosen, cut to a square by pointer, keys or buttons, and kept; or removed. It is cut here, so
// that no more of a photo leaves the computer than what is kept, and none of what a camera writes into the file.

import { Button } from '@mantine/core'
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { deletePicture, putPicture, type Substitute } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatBytes } from '@/lib/time'
import { Alert, ProblemAlert } from '@/ui/alert'
import { confirm } from '@/ui/confirm'
import { Dialog } from '@/ui/dialog'
import { IconButton } from '@/ui/icon-button'
import {
  IconArrowDown,
  IconArrowLeft,
  IconArrowRight,
  IconArrowUp,
  IconPhoto,
  IconZoomIn,
  IconZoomOut,
} from '@/ui/icons'
import { toast } from '@/ui/toast'
import { firstSquare, moved, type Square, scaled } from './crop'
import { Face } from './face'
import css from './picture-form.module.css'

const MOST = 50_000_000
const SIDE = 640
const STEP = 0.04
const ZOOM = 1.1

const refreshFaces = () =>
  Promise.all([
    refresh(['listSubstitutes', 'getSubstitute']),
    refresh(['getShift', 'listShiftBookings', 'listOffers', 'listCandidates']),
  ])

async function readImage(file: File): Promise<HTMLImageElement> {
  const image = new Image()
  image.src = URL.createObjectURL(file)
  try {
    await image.decode()
    return image
  } finally {
    URL.revokeObjectURL(image.src)
  }
}

export function PictureForm({ one, close }: { one: Substitute; close: () => void }) {
  const input = useRef<HTMLInputElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [image, setImage] = useState<HTMLImageElement>()
  const [wrong, setWrong] = useState<string>()
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  async function choose(file: File | undefined) {
    if (!file) return
    setProblem(undefined)
    setWrong(file.size > MOST ? t('staffing:picture.too_big', { size: formatBytes(file.size) }) : undefined)
    if (file.size > MOST) return
    try {
      setImage(await readImage(file))
    } catch {
      setWrong(t('staffing:picture.unreadable', { name: file.name }))
    }
  }
  async function save() {
    setBusy(true)
    setProblem(undefined)
    try {
      const body = await new Promise<Blob | null>((done) => canvas.current?.toBlob(done, 'image/jpeg', 0.92))
      if (!body) throw new Error('no picture')
      await ask(putPicture({ path: { id: one.id }, body }))
      await refreshFaces()
      toast('good', t('staffing:picture.saved'))
      close()
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const remove = () =>
    confirm({
      title: t('staffing:picture.remove_title', { name: one.name }),
      body: t('staffing:picture.remove_body'),
      label: t('staffing:picture.remove_label'),
      run: async () => {
        await ask(deletePicture({ path: { id: one.id } }))
        await refreshFaces()
        toast('good', t('staffing:picture.removed'))
        close()
      },
    })
  const pick = (
    <Button
      variant={image ? 'default' : 'filled'}
      leftSection={<IconPhoto size={16} aria-hidden />}
      onClick={() => input.current?.click()}
    >
      {t(image ? 'staffing:picture.choose_other' : 'staffing:picture.choose')}
    </Button>
  )
  return (
    <Dialog open onClose={close} title={t('staffing:picture.title', { name: one.name })}>
      <div className="stack">
        {problem !== undefined && <ProblemAlert problem={problem} />}
        {wrong && (
          <Alert tone="bad" live>
            {wrong}
          </Alert>
        )}
        <input
          ref={input}
          type="file"
          accept="image/*"
          className="sr"
          tabIndex={-1}
          aria-label={t('staffing:picture.choose')}
          onChange={(e) => {
            void choose(e.currentTarget.files?.[0])
            e.currentTarget.value = ''
          }}
        />
        {image ? (
          <Crop key={image.src} image={image} canvas={canvas} />
        ) : (
          <div className="row">
            <Face id={one.id} name={one.name} at={one.picture_at} large />
            <p className="grow muted">{t('staffing:picture.text')}</p>
          </div>
        )}
        <div className="row row-end">
          {!image && one.picture_at && (
            <Button variant="default" color="red" onClick={remove}>
              {t('staffing:picture.remove')}
            </Button>
          )}
          {!image && (
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
          )}
          {pick}
          {image && (
            <Button loading={busy} onClick={() => void save()}>
              {t('staffing:picture.save')}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

function Crop({ image, canvas }: { image: HTMLImageElement; canvas: React.RefObject<HTMLCanvasElement | null> }) {
  const size = { width: image.naturalWidth, height: image.naturalHeight }
  const [square, setSquare] = useState<Square>(() => firstSquare(size))
  const from = useRef<{ x: number; y: number; square: Square }>(undefined)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    context.fillStyle = '#fff' // under a picture that is transparent
    context.fillRect(0, 0, SIDE, SIDE)
    context.drawImage(image, square.x, square.y, square.side, square.side, 0, 0, SIDE, SIDE)
  }, [canvas, image, square])
  const move = (right: number, down: number) => setSquare((s) => moved(size, s, right, down))
  const zoom = (factor: number) => setSquare((s) => scaled(size, s, factor))
  const keys: Record<string, () => void> = {
    ArrowLeft: () => move(STEP, 0),
    ArrowRight: () => move(-STEP, 0),
    ArrowUp: () => move(0, STEP),
    ArrowDown: () => move(0, -STEP),
    '+': () => zoom(1 / ZOOM),
    '-': () => zoom(ZOOM),
  }
  function onKey(event: KeyboardEvent) {
    const act = keys[event.key]
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  }
  function drag(event: PointerEvent<HTMLCanvasElement>) {
    if (!from.current) return
    const side = event.currentTarget.clientWidth
    const { x, y, square: before } = from.current
    setSquare(moved(size, before, (x - event.clientX) / side, (y - event.clientY) / side))
  }
  const button = (label: string, Icon: typeof IconArrowUp, run: () => void) => (
    <IconButton label={t(`staffing:picture.${label}`)} onClick={run}>
      <Icon size={18} aria-hidden />
    </IconButton>
  )
  return (
    <div className={`stack-s ${css.crop}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would be named by a legend that takes room */}
      <div role="group" tabIndex={0} aria-label={t('staffing:picture.crop')} className={css.stage} onKeyDown={onKey}>
        <canvas
          ref={canvas}
          width={SIDE}
          height={SIDE}
          onPointerDown={(e) => {
            e.currentTarget.setPointerCapture(e.pointerId)
            from.current = { x: e.clientX, y: e.clientY, square }
          }}
          onPointerMove={drag}
          onPointerUp={() => {
            from.current = undefined
          }}
          onPointerCancel={() => {
            from.current = undefined
          }}
          onWheel={(e) => zoom(e.deltaY > 0 ? ZOOM : 1 / ZOOM)}
        />
      </div>
      <div className={`row ${css.buttons}`}>
        {button('left', IconArrowLeft, keys.ArrowLeft!)}
        {button('right', IconArrowRight, keys.ArrowRight!)}
        {button('up', IconArrowUp, keys.ArrowUp!)}
        {button('down', IconArrowDown, keys.ArrowDown!)}
        {button('smaller', IconZoomOut, keys['-']!)}
        {button('larger', IconZoomIn, keys['+']!)}
      </div>
      <p className="muted small">{t('staffing:picture.how')}</p>
    </div>
  )
}
