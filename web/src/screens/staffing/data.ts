// What several screens of staffing read, and how they are told that it changed.

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { type BookingView, listBookingsOptions, listShiftsOptions, type Shift, type Workplace } from '@/client'
import { useLive } from '@/lib/events'
import { usePools, useSkills, useWorkplaces } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { currentZone } from '@/lib/time'
import { addDays, type Day, reachOf } from './week'

export const weekQuery = (monday: Day, mine = false) =>
  listShiftsOptions({ query: { ...reachOf(monday, addDays(monday, 6)), ...(mine && { mine }) } })

/** `mine`: only what the user asked for. */
export const useWeek = (monday: Day, mine = false, enabled = true) => useQuery({ ...weekQuery(monday, mine), enabled })

export const refreshShifts = () =>
  Promise.all([
    refresh('listShifts'),
    refresh(['getShift', 'listShiftBookings', 'listOffers', 'listCandidates']),
    refresh('listBookings'),
    refresh('getHome'),
  ])

/** Reads the shown lists of shifts again when one changed; while many change, at most every two seconds. */
export function useLiveBoard() {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return useLive('shift.changed', () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      void refresh('listShifts')
      void refresh('listBookings')
    }, 2000)
  })
}

export function useNames() {
  const workplaces = useWorkplaces()
  const skills = useSkills()
  const pools = usePools()
  return useMemo(() => {
    const named = (items: { id: string; name: string }[] | undefined) =>
      new Map((items ?? []).map((i) => [i.id, i.name]))
    const places = new Map<string, Workplace>((workplaces.data?.items ?? []).map((w) => [w.id, w]))
    return { places, skills: named(skills.data?.items), pools: named(pools.data?.items) }
  }, [workplaces.data, skills.data, pools.data])
}

export const zoneOf = (places: Map<string, Workplace>, of: Pick<Shift | BookingView, 'workplace_id'>): string =>
  places.get(of.workplace_id)?.time_zone ?? currentZone()

export const bookingsQuery = (query: { from: string; until: string; person?: string; workplace?: string }) =>
  listBookingsOptions({ query })
