import { NamedThings } from './named'

export default function Pools() {
  return <NamedThings what="pools" />
}
