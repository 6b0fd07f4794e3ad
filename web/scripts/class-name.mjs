// A class of `figure.module.css` is `figure` for the component itself and `figure-value` for its parts: what one sees in
// the browser says where it stands. That no two are called the same is a test's business (tests/styles.test.ts).
import { basename } from 'node:path'

export function className(local, file) {
  const module = basename(file.replace(/\?.*/, ''), '.module.css')
  return local === module ? module : `${module}-${local}`
}
