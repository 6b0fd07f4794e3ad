// That an entry is in the trail and under a signed head, checked in this browser; with all that somebody else needs to
// check it again.
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import { type AuditView, getAuditKeyOptions, proveAuditEntry, sealAudit } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { isIncluded } from '@/lib/merkle'
import { Problem } from '@/lib/problem'
import { Alert } from '@/ui/alert'
import { Copy } from '@/ui/copy'
import { Dialog } from '@/ui/dialog'
import { Facts } from '@/ui/facts'
import { Loaded } from '@/ui/loaded'
import { Time } from '@/ui/time'
import { toastProblem } from '@/ui/toast'

async function proven(id: string) {
  const proof = await ask(proveAuditEntry({ path: { id } }))
  return { proof, holds: await isIncluded(proof) }
}

export function ProofDialog({ entry, close }: { entry: AuditView; close: () => void }) {
  const queries = useQueryClient()
  const may = useMay()
  const key = ['audit-proof', entry.id]
  const found = useQuery({ queryKey: key, queryFn: () => proven(entry.id), retry: false })
  const early = found.error instanceof Problem && found.error.status === 409
  async function seal() {
    try {
      await ask(sealAudit())
      await queries.invalidateQueries({ queryKey: key })
    } catch (error) {
      toastProblem(error)
    }
  }
  return (
    <Dialog open wide onClose={close} title={t('admin:proof')}>
      {early ? (
        <div className="stack">
          <p>{t('admin:proof_early')}</p>
          {may('audit.read') && (
            <div className="row row-end">
              <Button onClick={seal}>{t('admin:seal_now')}</Button>
            </div>
          )}
        </div>
      ) : (
        <Loaded query={found} lines={4}>
          {({ proof, holds }) => (
            <div className="stack">
              <Alert tone={holds ? 'good' : 'bad'} title={t(holds ? 'admin:proof_holds' : 'admin:proof_broken')}>
                {t(holds ? 'admin:proof_holds_text' : 'admin:proof_broken_text')}
              </Alert>
              <Facts
                items={[
                  [t('admin:proof_place'), t('admin:proof_of', { index: proof.index + 1, size: proof.head.size })],
                  [t('admin:proof_signed'), <Time key="at" at={proof.head.at} />],
                  [
                    t('admin:proof_entry'),
                    <span key="entry" className="row">
                      <code className="wrap">{proof.entry}</code>
                      <Copy value={proof.entry} label={t('admin:copy_entry')} />
                    </span>,
                  ],
                  [
                    t('admin:proof_head'),
                    <span key="head" className="row">
                      <code className="pre wrap">{proof.head.note}</code>
                      <Copy value={proof.head.note} label={t('admin:copy_head')} />
                    </span>,
                  ],
                ]}
              />
              <div className="row">
                <Copy value={JSON.stringify(proof, null, 2)} label={t('admin:copy_proof')} />
                <span className="muted">{t('admin:copy_proof')}</span>
              </div>
            </div>
          )}
        </Loaded>
      )}
    </Dialog>
  )
}

export function KeyDialog({ close }: { close: () => void }) {
  const key = useQuery(getAuditKeyOptions())
  return (
    <Dialog open onClose={close} title={t('admin:trail_key')}>
      <Loaded query={key} lines={2}>
        {({ verifier, origin }) => (
          <div className="stack">
            <p>{t('admin:trail_key_text')}</p>
            <div className="row">
              <code className="wrap">{verifier}</code>
              <Copy value={verifier} label={t('admin:copy_key')} />
            </div>
            <p className="muted">{t('admin:trail_origin', { origin })}</p>
            <code className="wrap">varde audit verify trail.jsonl --key '{verifier}'</code>
          </div>
        )}
      </Loaded>
    </Dialog>
  )
}
