import type { FetchQueryOptions } from '@tanstack/react-query';
import { queryClient } from '@/queryClient';

/** How long a page waits for its data, in milliseconds. Then it appears with placeholders. */
const limit = 150;

/** The options of any query. Each one has types of its own. */
// biome-ignore lint/suspicious/noExplicitAny: the data isn't used here.
type AnyQuery = FetchQueryOptions<any, any, any, any>;

/**
 * Loads the data that a page shows first, before the page is rendered: rendering it once, with its data, takes less time than rendering placeholders and
 * then the data. Errors are left to the page, which asks again.
 */
export async function firstData(...queries: AnyQuery[]): Promise<void> {
  await Promise.race([
    Promise.all(queries.map((options) => queryClient.prefetchQuery(options))),
    new Promise((resolve) => setTimeout(resolve, limit)),
  ]);
}
