import { queryOptions } from '@tanstack/react-query';
import { api, type Schema } from '@/api/client';
import { type UsageRange, usageRange } from './range';
import type { Grouping, UsageSearch } from './usageSearch';

/** Whose usage a report is about. */
export type UsageSource = { kind: 'own' } | { kind: 'all' } | { kind: 'user'; userId: string };

/** The usage of the user who is logged in. */
export const ownUsage: UsageSource = { kind: 'own' };

export interface ReportQuery extends UsageRange {
  group_by?: Grouping;
  /** Only the usage of this key; not for the usage of all users. */
  api_key?: string;
}

const own: readonly Grouping[] = ['endpoint', 'provider', 'api_key', 'status'];

/** How the usage of a source can be grouped; that of one key can't be grouped by key. */
export function groupingsOf(source: UsageSource, search: UsageSearch): readonly Grouping[] {
  return source.kind === 'all' ? [...own, 'user', 'tier'] : own.filter((grouping) => grouping !== 'api_key' || !search.api_key);
}

/** What is asked for a report that the address describes. */
export function reportQuery(source: UsageSource, search: UsageSearch): ReportQuery {
  const grouping = groupingsOf(source, search).find((item) => item === search.group_by);
  return { ...usageRange(search), group_by: grouping, api_key: source.kind === 'all' ? undefined : search.api_key };
}

export function reportUrl(source: UsageSource, query: ReportQuery) {
  const values = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${pathOf(source)}?${new URLSearchParams(values)}`;
}

export function reportOptions(source: UsageSource, query: ReportQuery) {
  return queryOptions<Schema<'UsageReportResponse'>>({
    queryKey: ['get', pathOf(source), query],
    queryFn: async ({ signal }) => (await load(source, query, signal)).data as Schema<'UsageReportResponse'>,
  });
}

/** The groupings of a source were checked before, which the types of the three routes can't know. */
function load(source: UsageSource, query: ReportQuery, signal: AbortSignal) {
  const { group_by, ...range } = query;
  switch (source.kind) {
    case 'own':
      return api.GET('/api/v1/usage', { params: { query: { ...range, group_by: group_by as OwnGrouping } }, signal });
    case 'all':
      return api.GET('/api/v1/admin/usage', { params: { query }, signal });
    case 'user':
      return api.GET('/api/v1/admin/users/{id}/usage', {
        params: { path: { id: source.userId }, query: { ...range, group_by: group_by as OwnGrouping } },
        signal,
      });
  }
}

type OwnGrouping = 'endpoint' | 'provider' | 'api_key' | 'status' | undefined;

function pathOf(source: UsageSource) {
  switch (source.kind) {
    case 'own':
      return '/api/v1/usage';
    case 'all':
      return '/api/v1/admin/usage';
    case 'user':
      return `/api/v1/admin/users/${source.userId}/usage`;
  }
}
