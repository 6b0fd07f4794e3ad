import { NamedThings } from './named'

export default function DocumentKinds() {
  return <NamedThings what="document_kinds" />
}
