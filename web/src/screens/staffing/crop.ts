// The square that is kept of a picture, in the picture's own pixels. Every change keeps it within the picture.
export interface Size {
  width: number
  height: number
}
export interface Square {
  x: number
  y: number
  side: number
}

/** How far one can go in: the square is never smaller than this part of the picture's shorter side. */
export const smallest = 1 / 6

const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most))

function placed(of: Size, square: Square): Square {
  const whole = Math.min(of.width, of.height)
  const side = within(square.side, whole * smallest, whole)
  return { side, x: within(square.x, 0, of.width - side), y: within(square.y, 0, of.height - side) }
}

/** The largest square; of an upright picture its upper part, where faces are. */
export function firstSquare(of: Size): Square {
  const side = Math.min(of.width, of.height)
  return { side, x: (of.width - side) / 2, y: (of.height - side) / 4 }
}

/** Moved by parts of its side: the picture under it goes the other way. */
export const moved = (of: Size, square: Square, right: number, down: number): Square =>
  placed(of, { ...square, x: square.x + right * square.side, y: square.y + down * square.side })

/** Its side times `factor`, around the same middle. */
export function scaled(of: Size, square: Square, factor: number): Square {
  const { side } = placed(of, { ...square, side: square.side * factor })
  const by = (square.side - side) / 2
  return placed(of, { side, x: square.x + by, y: square.y + by })
}
