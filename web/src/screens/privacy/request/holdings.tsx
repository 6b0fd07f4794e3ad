import { useQuery } from '@tanstack/react-query'
import { listRequestHoldingsOptions } from '@/client'
import { t, wordOr } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { Loaded } from '@/ui/loaded'

export function Holdings({ id }: { id: string }) {
  const query = useQuery(listRequestHoldingsOptions({ path: { id } }))
  return (
    <div className="stack-s">
      <p>{t('privacy:erase_body')}</p>
      <Loaded query={query} lines={6}>
        {(all) => (
          <ul>
            {all.sections.map((s) => (
              <li key={s.section}>
                {wordOr(`privacy:sections.${s.section}`, s.section)}: {formatNumber(s.rows)}
              </li>
            ))}
            {all.files > 0 && <li>{t('privacy:erase_files', { count: all.files })}</li>}
          </ul>
        )}
      </Loaded>
    </div>
  )
}
