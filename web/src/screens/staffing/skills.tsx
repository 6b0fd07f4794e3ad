import { NamedThings } from './named'

export default function Skills() {
  return <NamedThings what="skills" />
}
