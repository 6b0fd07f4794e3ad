// A new password with the server's judgement of it as one types.
import { PasswordInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { checkPasswordOptions } from '@/client'
import { t } from '@/lib/i18n'
import { Bar } from '@/ui/bar'
import { State } from '@/ui/state'

export function NewPassword(props: {
  label: string
  name: string
  value: string
  error?: string
  onChange: (event: { currentTarget: { value: string } }) => void
}) {
  const [typed] = useDebouncedValue(props.value, 400)
  const check = useQuery({
    ...checkPasswordOptions({ body: { password: typed } }),
    enabled: typed.length > 0,
    gcTime: 0,
  })
  const answer = props.value ? check.data : undefined
  return (
    <div className="stack-s">
      <PasswordInput autoComplete="new-password" required {...props} />
      {answer && (
        <>
          <Bar value={(answer.score + 1) / 5} label={t('login:strength')} tone={answer.ok ? 'good' : 'warn'} />
          <p className="small" aria-live="polite">
            <State tone={answer.ok ? 'good' : 'warn'}>
              {answer.hint || t(answer.ok ? 'login:strong' : 'login:weak')}
            </State>
          </p>
        </>
      )}
    </div>
  )
}
